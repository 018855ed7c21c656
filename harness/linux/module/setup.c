// SPDX-License-Identifier: GPL-2.0-only
/* Set-up lines: the driver's configuration, devices, groups, faults. */
#include "dmao.h"

static int kv(char *tok, char **v)
{
	char *eq = strchr(tok, '=');

	if (!eq)
		return -EINVAL;
	*eq = 0;
	*v = eq + 1;
	return 0;
}

static bool yes(const char *v)
{
	return v[0] == '1' || v[0] == 'y' || v[0] == 't';
}

static int cmd_cfg(char **av, int ac)
{
	int i, r = 0;
	char *v;

	for (i = 1; i < ac; i++) {
		if (kv(av[i], &v))
			return -EINVAL;
		if (!strcmp(av[i], "def")) {
			int t = type_by(v);

			if (t < 0)
				return -EINVAL;
			if (core.def_type)
				*core.def_type = t;
			else	/* the symbol table has no data here */
				r = -EOPNOTSUPP;
		} else if (!strcmp(av[i], "deny")) {
			set_deny(v);
		} else if (!strcmp(av[i], "deny_errno")) {
			if (kstrtoint(v, 10, &cfg.deny_err))
				return -EINVAL;
#ifndef HAVE_ALLOC_ERRPTR
			r = -EOPNOTSUPP;
#endif
		} else if (!strcmp(av[i], "detach")) {
			cfg.detach = yes(v);
#ifdef HAVE_PLATFORM_OPS
			dmao_ops.set_platform_dma_ops = cfg.detach ? dmao_platform : NULL;
#elif !defined(HAVE_DETACH_DEV)
			if (cfg.detach)
				r = -EOPNOTSUPP;
#endif
#ifdef HAVE_DOMAIN_OPS
			dmao_ops.default_domain_ops = dops_of(IOMMU_DOMAIN_UNMANAGED);
#else
			dmao_ops.detach_dev = cfg.detach ? dmao_detach : NULL;
#endif
		} else if (!strcmp(av[i], "nopasid")) {
#ifdef HAVE_DOMAIN_OPS
			set_nopasid(v);
#endif
		} else if (!strcmp(av[i], "coherent")) {
			cfg.coherent = yes(v);
		} else if (!strcmp(av[i], "fqcap")) {
			cfg.fqcap = yes(v);
		} else if (!strcmp(av[i], "unsafe")) {
			cfg.unsafe = yes(v);
		} else if (!strcmp(av[i], "static")) {
			r = set_static(v) ?: r;
		} else {
			return -EINVAL;
		}
	}
	return r;
}

static int cmd_dev(char **av, int ac)
{
	struct dmao_dev *od;
	int i, r = 0;
	char *v;

	if (ac < 3 || ndev >= MAXDEV || find_dev(av[1]))
		return -EINVAL;
	od = &devs[ndev];
	memset(od, 0, sizeof(*od));
	strscpy(od->name, av[1], sizeof(od->name));
	for (i = 2; i < ac; i++) {
		if (kv(av[i], &v))
			return -EINVAL;
		if (!strcmp(av[i], "group")) {
			od->acs = !strcmp(v, "acs");
			od->group = strcmp(v, "-") && !od->acs ? find_grp(v, true) : NULL;
		} else if (!strcmp(av[i], "deftype")) {
			od->deftype = type_by(v);
			if (od->deftype < 0)
				return -EINVAL;
		} else if (!strcmp(av[i], "deferred")) {
			od->deferred = yes(v);
		} else if (!strcmp(av[i], "coherent")) {
			od->incoherent = !yes(v);
		} else if (!strcmp(av[i], "rid")) {
			if (kstrtoint(v, 10, &od->rid))
				return -EINVAL;
		} else if (!strcmp(av[i], "isolated_msi")) {
			od->shared_msi = !yes(v);
		} else if (!strcmp(av[i], "resv")) {
			od->resv = yes(v);
		} else if (!strcmp(av[i], "pasid")) {
			if (kstrtoint(v, 10, &od->pasid_bits))
				return -EINVAL;
		} else if (!strcmp(av[i], "pci")) {
			od->place = pci_place_by(v);
			if (!od->place)
				return -EINVAL;
		} else if (!strcmp(av[i], "untrusted")) {
			od->untrusted = yes(v);
		} else if (!strcmp(av[i], "dt")) {
#ifdef CONFIG_ARM_DMA_USE_IOMMU
			od->dt = yes(v);
#else
			r = -EOPNOTSUPP;
#endif
		} else {
			return -EINVAL;
		}
	}
	ndev++;
	return r;
}

static const char * const rule_name[] = { "attach", "pasid", "probe", "group", "drvprobe", "alloc" };

static int cmd_fail(char **av, int ac)
{
	struct rule *r;
	int k;

	if (ac == 2 && !strcmp(av[1], "clear")) {
		nrule = 0;
		return 0;
	}
	if (ac < 5 || nrule >= MAXRULE)
		return -EINVAL;
	for (k = 0; k < R_KINDS; k++)
		if (!strcmp(av[1], rule_name[k]))
			break;
	if (k == R_KINDS)
		return -EINVAL;
	r = &rules[nrule];
	memset(r, 0, sizeof(*r));
	r->kind = k;
	strscpy(r->dev, av[2], sizeof(r->dev));
	strscpy(r->dom, av[3], sizeof(r->dom));
	r->count = 1;
	if (kstrtoint(av[4], 10, &r->err) ||
	    (ac > 5 && kstrtoint(av[5], 10, &r->skip)) ||
	    (ac > 6 && kstrtoint(av[6], 10, &r->count)))
		return -EINVAL;
	nrule++;
	return 0;
}

static void c_cfg(char **av, int ac)
{
	res_int(cmd_cfg(av, ac));
}

static void c_dev(char **av, int ac)
{
	res_int(cmd_dev(av, ac));
}

static void c_group(char **av, int ac)
{
	struct dmao_group *og = find_grp(av[1], true);
	char *v;

	if (!og || kv(av[2], &v) || strcmp(av[2], "hold")) {
		res_bad("group");
		return;
	}
	og->hold = yes(v);
	res_int(0);
}

static void c_fail(char **av, int ac)
{
	res_int(cmd_fail(av, ac));
}

static void c_deny(char **av, int ac)
{
	set_deny(ac > 1 && strcmp(av[1], "-") ? av[1] : "");
	res_int(0);
}

/* Their answers have no state. */
const struct command setup_commands[] = {
	{ "cfg", 0, c_cfg },
	{ "dev", 0, c_dev },
	{ "group", 2, c_group },
	{ "fail", 0, c_fail },
	{ "deny", 0, c_deny },
	{}
};
