// SPDX-License-Identifier: GPL-2.0-only
/* The state of groups and devices, read from the core's private fields. */
#include "dmao.h"

static void odomptr(struct iommu_group *g, int off)
{
	struct iommu_domain *p;
	struct dmao_dom *d;

	if (off < 0) {
		oput("\"n/a\"");
		return;
	}
	p = FIELD(struct iommu_domain *, g, off);
	if (!p) {
		oput("null");
		return;
	}
	d = known_dom(p);
	if (d)
		oput("\"%s%s\"", dom_name(d), d->freed ? "!freed" : "");
	else
		oput("\"?\"");
}

int group_devcount(struct dmao_group *og)
{
	struct list_head *h, *p;
	int n = 0;

	if (!og->grp || off_devices < 0)
		return 0;
	h = &FIELD(struct list_head, og->grp, off_devices);
	list_for_each(p, h)
		n++;
	return n;
}

static bool pci_script(void)
{
	int i;

	for (i = 0; i < ndev; i++)
		if (devs[i].place)
			return true;
	return false;
}

/* The group's devices in list order; with their reset state, where PCI devices are about. */
static void o_members(struct iommu_group *g)
{
	struct list_head *h = &FIELD(struct list_head, g, off_devices), *p;
	const char *sep = "";

	list_for_each(p, h) {
		struct device *dev = FIELD(struct device *, (char *)p - off_gd_list, off_gd_dev);
		struct dmao_dev *od = dev_of(dev);

		oput("%s\"%s\"", sep, od ? od->name : "?");
		sep = ",";
	}
}

static void o_resets(struct iommu_group *g)
{
	struct list_head *h = &FIELD(struct list_head, g, off_devices), *p;
	const char *sep = "";

	oput(",\"rc\":%u,\"rs\":{", FIELD(unsigned int, g, off_recovery_cnt));
	list_for_each(p, h) {
		char *gd = (char *)p - off_gd_list;
		struct dmao_dev *od = dev_of(FIELD(struct device *, gd, off_gd_dev));

		oput("%s\"%s\":[%d,%u]", sep, od ? od->name : "?",
		     FIELD(bool, gd, off_gd_blocked),
		     off_gd_reset_depth >= 0 ? FIELD(unsigned int, gd, off_gd_reset_depth) : 0);
		sep = ",";
	}
	oput("}");
}

static void o_group(struct dmao_group *og)
{
	struct iommu_group *g = og->grp;

	oput("\"%s\":{\"dom\":", og->name);
	odomptr(g, off_domain);
	oput(",\"def\":");
	odomptr(g, off_default_domain);
	oput(",\"blk\":");
	odomptr(g, off_blocking_domain);
	oput(",\"ty\":");
	if (off_default_domain >= 0 && FIELD(struct iommu_domain *, g, off_default_domain))
		oname(type_class(FIELD(struct iommu_domain *, g, off_default_domain)->type));
	else
		oput("null");
	if (off_owner_cnt >= 0)
		oput(",\"oc\":%u", FIELD(unsigned int, g, off_owner_cnt));
	if (off_owner >= 0) {
		char *o = FIELD(void *, g, off_owner);

		if (!o)
			oput(",\"ow\":null");
		else if (o >= owners && o < owners + MAXOWN)
			oput(",\"ow\":\"o%d\"", (int)(o - owners));
		else if (context_of(o) >= 0)
			oput(",\"ow\":\"o%d\"", context_of(o));
		else
			oput(",\"ow\":\"?\"");
	}
	if (off_pasid_array >= 0)
		oput(",\"pa\":%d", !xa_empty(&FIELD(struct xarray, g, off_pasid_array)));
	o_pasids(g);
	oput(",\"dv\":[");
	if (off_devices >= 0 && off_gd_dev >= 0)
		o_members(g);
	oput("]");
	if (pci_script() && off_recovery_cnt >= 0 && off_gd_blocked >= 0 && off_gd_dev >= 0)
		o_resets(g);
	oput("}");
}

static void o_device(struct dmao_dev *od)
{
	struct device *dev = od->dev;
	int i;

	oput("\"%s\":[", od->name);
	if (od->cur)
		oput("\"%s%s\"", dom_name(od->cur), od->cur->freed ? "!freed" : "");
	else
		oput("null");
	oput(",");
	for (i = 0; i < ngrp; i++)
		if (dev->iommu_group && dev->iommu_group == grps[i].grp)
			break;
	oname(!dev->iommu_group ? NULL : i < ngrp ? grps[i].name : "?");
	oput(",");
	oname(drv_name(dev));
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	{
		/* the mapping attached, and does the device have DMA operations? */
		struct dma_iommu_mapping *m = to_dma_iommu_mapping(dev);
		struct dmao_dom *d = m ? known_dom(m->domain) : NULL;

		oput(",");
		oname(!m ? NULL : d ? dom_name(d) : "?");
		oput(",%d", !!dev->dma_ops);
	}
#endif
	oput("]");
}

void o_state(void)
{
	const char *sep = "";
	int i;

	oput(",\"g\":{");
	for (i = 0; i < ngrp; i++)
		if (grps[i].grp) {
			oput("%s", sep);
			o_group(&grps[i]);
			sep = ",";
		}
	oput("},\"d\":{");
	sep = "";
	for (i = 0; i < ndev; i++)
		if (devs[i].dev) {
			oput("%s", sep);
			o_device(&devs[i]);
			sep = ",";
		}
	oput("}");
	o_handles();
}
