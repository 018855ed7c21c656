// SPDX-License-Identifier: GPL-2.0-only
/* 32-bit ARM: the architecture's DMA mappings and devices of the device tree. */
#include "dmao.h"

#ifdef CONFIG_ARM_DMA_USE_IOMMU
struct iommu_device dmao_iommu_dt;
struct device *hw_dt;
static struct device_node *np_clients;

struct dmao_mapping {
	char name[NAMELEN];
	struct dma_iommu_mapping *map;
	struct dmao_dom *dom;
	bool gone;		/* the maker's reference is dropped, by us or by an unbind */
};
static struct dmao_mapping maps[16];
static int nmap;

static struct dmao_mapping *find_map(const char *n)
{
	int i;

	for (i = 0; n && i < nmap; i++)
		if (!strcmp(maps[i].name, n))
			return &maps[i];
	return NULL;
}

struct device_node *client_node(const struct dmao_dev *od)
{
	char n[16];

	snprintf(n, sizeof(n), "dev%d", (int)(od - devs));
	return np_clients ? of_get_child_by_name(np_clients, n) : NULL;
}

/*
 * An unbind drops the creator's reference of whatever mapping it finds. For one that a script made
 * that reference was the script's: false when it is gone already, where the kernel would touch
 * freed memory.
 */
bool arm_may_unbind(struct dmao_dev *od)
{
	struct device *dev = od->dev;
	struct dma_iommu_mapping *m = to_dma_iommu_mapping(dev);
	int i;

	if (!dev->driver || !m || !dev->archdata.dma_ops_setup)
		return true;
	for (i = 0; i < nmap; i++)
		if (maps[i].map == m && !maps[i].dom->freed) {
			if (maps[i].gone)
				return false;
			maps[i].gone = true;
		}
	return true;
}

void arm_put_mappings(void)
{
	int i;

	for (i = 0; i < ndev; i++)
		if (devs[i].map && !devs[i].mapdom->freed)
			arm_iommu_release_mapping(devs[i].map);
	for (i = 0; i < nmap; i++)
		if (maps[i].map && !maps[i].gone && !maps[i].dom->freed)
			arm_iommu_release_mapping(maps[i].map);
	nmap = 0;
}

static void c_create(char **av, int ac)
{
	struct dma_iommu_mapping *m;
	struct dmao_mapping *om;
	struct dmao_dev *od;
	u64 size = 128 << 20;

	if (find_map(av[1]) || nmap >= ARRAY_SIZE(maps)) {
		res_bad("name in use");
		return;
	}
	if (ac > 3 && kstrtoull(av[3], 0, &size)) {
		res_bad("size");
		return;
	}
	od = need_dev(av[2]);
	if (!od)
		return;
#ifdef HAVE_MAPPING_DEV
	m = arm_iommu_create_mapping(od->dev, SZ_256M, size);
#else
	m = arm_iommu_create_mapping(od->dev->bus, SZ_256M, size);
#endif
	if (IS_ERR(m)) {
		res_int(PTR_ERR(m));
		return;
	}
	om = &maps[nmap++];
	strscpy(om->name, av[1], sizeof(om->name));
	om->map = m;
	om->gone = false;
	om->dom = known_dom(m->domain);
	strscpy(om->dom->name, av[1], sizeof(om->dom->name));
	res_int(0);
}

static void c_release(char **av, int ac)
{
	struct dmao_mapping *om = find_map(av[1]);
	struct dmao_dev *od = om ? NULL : need_dev(av[1]);
	struct dma_iommu_mapping **pm, *m;
	struct dmao_dom *d;

	if (!om && !od)
		return;
	pm = om ? &om->map : &od->map;
	d = om ? om->dom : od->mapdom;
	if (!*pm) {
		res_skip("no mapping");
		return;
	}
	if (d->freed) {
		res_skip("mapping freed");
		return;
	}
	if (om && om->gone) {
		res_skip("reference gone");
		return;
	}
	m = *pm;
	if (om)
		om->gone = true;	/* it may live on where it is attached */
	else
		*pm = NULL;
	arm_iommu_release_mapping(m);
	res_void();
}

/* A mapping made at bind: once it is taken off, its reference is ours. */
static void keep_mapping(struct dmao_dev *od, struct dma_iommu_mapping *m)
{
	struct dmao_dom *d = known_dom(m->domain);
	struct dmao_mapping *om;
	int i;

	/* the domain too: a mapping may come to lie where a freed one lay */
	for (i = 0; i < nmap; i++)
		if (maps[i].map == m && maps[i].dom == d)
			return;
	if (od->map && !od->mapdom->freed && nmap < ARRAY_SIZE(maps)) {
		om = &maps[nmap++];	/* the one before: until reset */
		memset(om, 0, sizeof(*om));
		om->map = od->map;
		om->dom = od->mapdom;
	}
	od->map = m;
	od->mapdom = d;
}

static void c_detach(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);
	struct dma_iommu_mapping *m;

	if (!od)
		return;
	m = to_dma_iommu_mapping(od->dev);
	if (m)
		keep_mapping(od, m);
	arm_iommu_detach_device(od->dev);
	res_void();
}

static void c_attach(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);
	struct dma_iommu_mapping *m;
	struct dmao_mapping *om;
	struct dmao_dom *d;
	int r;

	if (!od)
		return;
	om = find_map(ac > 2 ? av[2] : NULL);
	if (ac > 2 && !om) {
		res_skip("no such mapping");
		return;
	}
	m = om ? om->map : od->map;
	d = om ? om->dom : od->mapdom;
	if (!m) {
		res_skip("no mapping");
		return;
	}
	if (d->freed) {
		res_skip("mapping freed");
		return;
	}
	r = arm_iommu_attach_device(od->dev, m);
	if (!r && !om)
		od->map = NULL;	/* the architecture's again */
	res_int(r);
}

static int hw_probe(struct platform_device *pdev)
{
	hw_dt = &pdev->dev;
	return 0;
}

static const struct of_device_id hw_match[] = { { .compatible = "dmao,iommu" }, {} };
static struct platform_driver drv_hw = {
	.probe = hw_probe,
	.driver = { .name = "dmao_hw", .of_match_table = hw_match },
};

int arm_init(void)
{
	int r = platform_driver_register(&drv_hw);

#ifdef HAVE_MAX_PASIDS
	dmao_iommu_dt.max_pasids = 1 << 16;
#endif
	np_clients = of_find_node_by_path("/dmao-clients");
	if (r || !hw_dt)
		return r;
	return iommu_device_sysfs_add(&dmao_iommu_dt, hw_dt, NULL, "dmao-dt");
}
#endif

const struct command arm_commands[] = {
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	{ "arm_create", 2, c_create },
	{ "arm_attach", 1, c_attach },
	{ "arm_detach", 1, c_detach },
	{ "arm_release", 1, c_release },
#endif
	{}
};
