// SPDX-License-Identifier: GPL-2.0-only
/* Commands: one function of the core each. */
#include "dmao.h"

static void c_obs(char **av, int ac)
{
	res_int(0);
}

static void c_alloc(char **av, int ac)
{
	struct iommu_domain *dom = NULL;
	struct dmao_dev *od;
	struct dmao_dom *d;

	if (av[1][0] == '@' || find_dom(av[1])) {
		res_bad("name in use");
		return;
	}
	od = need_dev(av[2]);
	if (!od)
		return;
	if (core.alloc_flags)
		dom = core.alloc_flags(od->dev, 0);
	else if (core.alloc_dev)
		dom = core.alloc_dev(od->dev);
	else if (core.alloc_bus)
		dom = core.alloc_bus(od->dev->bus);
	else
		NEED(0);
	if (IS_ERR(dom)) {
		res_int(PTR_ERR(dom));
		return;
	}
	if (!dom) {
		res_str("NULL");
		return;
	}
	d = to_dmao(dom);
	d->user = true;
	strscpy(d->name, av[1], sizeof(d->name));
	res_int(0);
}

static void c_free(char **av, int ac)
{
	struct dmao_dom *d = need_dom(av[1]);

	if (!d)
		return;
	if (!d->user) {
		res_bad("not a user domain");
		return;
	}
	iommu_domain_free(&d->dom);
	res_void();
}

static void c_attach_dev(char **av, int ac)
{
	struct dmao_dom *d;
	struct dmao_dev *od = need_dom_dev(av, &d);

	if (!od)
		return;
	NEED(core.attach_dev);
	res_int(core.attach_dev(&d->dom, od->dev));
}

static void c_detach_dev(char **av, int ac)
{
	struct dmao_dom *d;
	struct dmao_dev *od = need_dom_dev(av, &d);

	if (!od)
		return;
	NEED(core.detach_dev);
	core.detach_dev(&d->dom, od->dev);
	res_void();
}

static void c_attach_group(char **av, int ac)
{
	struct dmao_dom *d;
	struct dmao_group *og = need_dom_grp(av, &d);

	if (!og)
		return;
	NEED(core.attach_group);
	res_int(core.attach_group(&d->dom, og->grp));
}

static void c_detach_group(char **av, int ac)
{
	struct dmao_dom *d;
	struct dmao_group *og = need_dom_grp(av, &d);

	if (!og)
		return;
	NEED(core.detach_group);
	core.detach_group(&d->dom, og->grp);
	res_void();
}

static void c_replace(char **av, int ac)
{
	struct dmao_dom *d;
	struct dmao_group *og = need_dom_grp(av, &d);

	if (!og)
		return;
	NEED(core.replace);
	res_int(core.replace(og->grp, &d->dom));
}

static void c_claim(char **av, int ac)
{
	struct dmao_group *og;
	void *p;

	if (find_owner(av[2], &p)) {
		res_bad("owner");
		return;
	}
	og = need_grp(av[1]);
	if (!og)
		return;
	NEED(core.claim);
	if (group_is_raw(og) && !cfg.unsafe) {
		res_skip("group without IOMMU");
		return;
	}
	res_int(core.claim(og->grp, p));
}

static void c_release(char **av, int ac)
{
	struct dmao_group *og = need_grp(av[1]);

	if (!og)
		return;
	NEED(core.release);
	core.release(og->grp);
	res_void();
}

static void c_claimed(char **av, int ac)
{
	struct dmao_group *og = find_grp(av[1], false);

	if (!og || !og->grp) {
		res_skip("group not present");
		return;
	}
	NEED(core.claimed);
	res_int(core.claimed(og->grp));
}

static void c_dclaim(char **av, int ac)
{
	struct dmao_dev *od;
	void *p;

	if (find_owner(av[2], &p)) {
		res_bad("owner");
		return;
	}
	od = need_dev(av[1]);
	if (!od)
		return;
	NEED(core.dclaim);
	if (od->raw && !cfg.unsafe) {
		res_skip("group without IOMMU");
		return;
	}
	res_int(core.dclaim(od->dev, p));
}

static void c_drelease(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(core.drelease);
	if (!od->dev->iommu_group && !cfg.unsafe) {
		res_skip("device has no group");
		return;
	}
	core.drelease(od->dev);
	res_void();
}

static void c_use(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(core.use);
	res_int(core.use(od->dev));
}

static void c_unuse(char **av, int ac)
{
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(core.unuse);
	core.unuse(od->dev);
	res_void();
}

static void c_attach_pasid(char **av, int ac)
{
	struct dmao_dev *od;
	struct dmao_dom *d;
	int n;

	if (!need_pasid(av[3], &n))
		return;
	od = need_dom_dev(av, &d);
	if (!od)
		return;
	NEED(core.attach_pasid);
#ifdef HAVE_PASID_HANDLE
	/* kept by the core until detach: never freed */
	res_int(core.attach_pasid(&d->dom, od->dev, n, unnamed_handle()));
#else
	res_int(core.attach_pasid(&d->dom, od->dev, n));
#endif
}

static void c_detach_pasid(char **av, int ac)
{
	struct dmao_dev *od;
	struct dmao_dom *d;
	int n;

	if (!need_pasid(av[3], &n))
		return;
	od = need_dom_dev(av, &d);
	if (!od)
		return;
	NEED(core.detach_pasid);
	if (!od->dev->iommu_group && !cfg.unsafe) {
		res_skip("device has no group");
		return;
	}
	if (!need_own_handle(od->dev->iommu_group, n))
		return;
	core.detach_pasid(&d->dom, od->dev, n);
	res_void();
}

/* Writes a private field directly; a state reached this way is artificial. */
static int poke(struct dmao_group *og, const char *f, const char *v)
{
	struct iommu_group *g = og->grp;
	struct dmao_dom *d;
	int off, n;

	if (!strcmp(f, "owner_cnt")) {
		if (off_owner_cnt < 0 || kstrtoint(v, 10, &n))
			return -EINVAL;
		FIELD(unsigned int, g, off_owner_cnt) = n;
		return 0;
	}
	if (!strcmp(f, "owner")) {
		void *p;

		if (off_owner < 0 || find_owner(v, &p))
			return -EINVAL;
		FIELD(void *, g, off_owner) = p;
		return 0;
	}
	off = !strcmp(f, "domain") ? off_domain :
	      !strcmp(f, "default_domain") ? off_default_domain :
	      !strcmp(f, "blocking_domain") ? off_blocking_domain : -1;
	if (off < 0)
		return -EINVAL;
	if (!strcmp(v, "null")) {
		FIELD(struct iommu_domain *, g, off) = NULL;
		return 0;
	}
	d = find_dom(v);
	if (!d)
		return -EINVAL;
	FIELD(struct iommu_domain *, g, off) = &d->dom;
	return 0;
}

static void c_poke(char **av, int ac)
{
	struct dmao_group *og = find_grp(av[1], false);

	if (!og || !og->grp)
		res_skip("group not present");
	else
		res_int(poke(og, av[2], av[3]));
}

/* Does the host notice what it should notice? */
static void c_selftest(char **av, int ac)
{
	static DEFINE_MUTEX(m);

	if (!strcmp(av[1], "warn")) {
		WARN_ON(1);
	} else if (!strcmp(av[1], "oops")) {
		WRITE_ONCE(*(volatile int *)16, 1);
	} else if (!strcmp(av[1], "deadlock")) {
		mutex_lock(&m);
		mutex_lock(&m);
	} else if (!strcmp(av[1], "spin")) {
		for (;;)
			cpu_relax();
	}
	res_void();
}

const struct command core_commands[] = {
	{ "obs", 0, c_obs },
	{ "alloc", 2, c_alloc },
	{ "free", 1, c_free },
	{ "attach_dev", 2, c_attach_dev },
	{ "detach_dev", 2, c_detach_dev },
	{ "attach_group", 2, c_attach_group },
	{ "detach_group", 2, c_detach_group },
	{ "replace", 2, c_replace },
	{ "claim", 2, c_claim },
	{ "release", 1, c_release },
	{ "claimed", 1, c_claimed },
	{ "dclaim", 2, c_dclaim },
	{ "drelease", 1, c_drelease },
	{ "use", 1, c_use },
	{ "unuse", 1, c_unuse },
	{ "attach_pasid", 3, c_attach_pasid },
	{ "detach_pasid", 3, c_detach_pasid },
	{ "poke", 3, c_poke },
	{ "selftest", 1, c_selftest },
	{}
};
