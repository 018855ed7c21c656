// SPDX-License-Identifier: GPL-2.0-only
/* Which domain the core tells a driver, and DMA maps that complete a deferred attach. */
#include "dmao.h"
#include <linux/jump_label.h>
#include <linux/crash_dump.h>

/*
 * The DMA layer completes a deferred attach only in a kernel that was booted to take a dump. Make
 * it believe that while we map.
 */
static void deferral(bool on)
{
	struct static_key *key = symbol("iommu_deferred_attach_enabled");

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	static unsigned long long was;

	if (on) {
		was = elfcorehdr_addr;
		elfcorehdr_addr = 0;
	} else {
		elfcorehdr_addr = was;
	}
#endif
	if (!key)
		return;
	if (on)
		static_key_enable(key);
	else
		static_key_disable(key);
}

static void c_dmamap(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);
	dma_addr_t at;
	void *buf;
	int r;

	if (!od)
		return;
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf) {
		res_bad("no memory");
		return;
	}
	dma_maps = true;
	deferral(true);
	at = dma_map_single(od->dev, buf, PAGE_SIZE, DMA_TO_DEVICE);
	r = dma_mapping_error(od->dev, at);
	if (!r)
		dma_unmap_single(od->dev, at, PAGE_SIZE, DMA_TO_DEVICE);
	deferral(false);
	dma_maps = false;
	kfree(buf);
	res_int(r);
}

/* The call that the DMA layer makes, with what it gives it. */
static void c_defattach(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);
	struct iommu_domain *d = NULL;

	if (!od)
		return;
	NEED(core.deferred);
	if (od->dev->iommu_group && off_default_domain >= 0)
		d = FIELD(struct iommu_domain *, od->dev->iommu_group, off_default_domain);
	deferral(true);
	res_int(d ? core.deferred(od->dev, d) : 0);
	deferral(false);
}

static void c_getdom(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(core.get_dom);
	res_dom(core.get_dom(od->dev));
}

static void c_getdma(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(core.get_dma);
	/* the function takes a group for granted */
	res_dom(od->dev->iommu_group ? core.get_dma(od->dev) : NULL);
}

const struct command dma_commands[] = {
	{ "getdom", 1, c_getdom },
	{ "getdma", 1, c_getdma },
	{ "dmamap", 1, c_dmamap },
	{ "defattach", 1, c_defattach },
	{}
};
