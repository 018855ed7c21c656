// SPDX-License-Identifier: GPL-2.0-only
/* Commands about devices, their drivers and the IOMMU instance. */
#include "dmao.h"

static void c_ireg(char **av, int ac)
{
#ifdef HAVE_BUS_SET
	res_str("nosys");	/* the bus's operations are set once and for all */
#else
	res_int(do_register());
#endif
}

static void c_iunreg(char **av, int ac)
{
#ifdef HAVE_BUS_SET
	res_str("nosys");
#else
	if (!registered) {
		res_skip("not registered");
		return;
	}
	do_unregister();
	res_void();
#endif
}

static void c_add(char **av, int ac)
{
	struct dmao_dev *od = find_dev(av[1]);

	if (!od)
		res_bad("no such device");
	else
		res_int(dev_insert(od, ac > 2 ? av[2] : NULL));
}

static struct dmao_dev *need_unbindable(const char *n)
{
	struct dmao_dev *od = need_dev(n);

	if (od && !unbind_ok(od) && !cfg.unsafe) {
		res_skip("reference gone");
		return NULL;
	}
	return od;
}

static void c_del(char **av, int ac)
{
	struct dmao_dev *od = need_unbindable(av[1]);

	if (!od)
		return;
	dev_remove(od);
	res_void();
}

/* What VFIO does without an IOMMU: a group that has no driver and no domains. */
static int group_add(struct dmao_dev *od, const char *name)
{
	struct dmao_group *og = find_grp(name, true);
	struct iommu_group *g;
	int r;

	if (!og || od->group || od->acs || od->raw)
		return -EINVAL;
	g = og->grp;
	if (!g) {
		g = iommu_group_alloc();
		if (IS_ERR(g))
			return PTR_ERR(g);
		ev_add(E_GNEW)->grp = og;
		iommu_group_set_iommudata(g, og, dmao_group_gone);
		og->grp = g;
	} else {
		iommu_group_ref_get(g);
	}
	r = iommu_group_add_device(g, od->dev);
	iommu_group_put(g);
	od->raw = !r;
	return r;
}

static void c_gadd(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (od)
		res_int(group_add(od, av[2]));
}

static void c_gdel(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	if (!od->raw) {
		res_skip("not added by hand");
		return;
	}
	iommu_group_remove_device(od->dev);
	od->raw = false;
	res_void();
}

static void c_bind(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);
	struct device_driver *drv;
	int r;

	if (!od)
		return;
	drv = drv_by(od, av[2]);
	if (!drv) {
		res_bad("driver");
		return;
	}
	NEED(core.drv_attach);
	r = core.drv_attach(drv, od->dev);
	if (od->place)
		pci_match_again(od);
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
	/* 1 was success, 0 any failure: as sysfs "bind" told it */
	r = r > 0 ? 0 : r ?: -ENODEV;
#endif
	res_int(r);
}

static void c_unbind(char **av, int ac)
{
	struct dmao_dev *od = need_unbindable(av[1]);

	if (!od)
		return;
	device_release_driver(od->dev);
	res_void();
}

const struct command world_commands[] = {
	{ "ireg", 0, c_ireg },
	{ "iunreg", 0, c_iunreg },
	{ "add", 1, c_add },
	{ "del", 1, c_del },
	{ "gadd", 2, c_gadd },
	{ "gdel", 1, c_gdel },
	{ "bind", 2, c_bind },
	{ "unbind", 1, c_unbind },
	{}
};
