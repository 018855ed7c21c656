// SPDX-License-Identifier: GPL-2.0-only
/* The answers of commands, and the checks that keep a script sane. */
#include "dmao.h"

void res_int(int r)
{
	oput("\"r\":%d,", r);
}

void res_void(void)
{
	oput("\"r\":null,");
}

void res_str(const char *s)
{
	oput("\"r\":\"%s\",", s);
}

void res_skip(const char *s)
{
	oput("\"skip\":\"%s\",", s);
}

void res_bad(const char *s)
{
	oput("\"bad\":\"%s\",", s);
}

/* A domain that the core returned. */
void res_dom(struct iommu_domain *p)
{
	struct dmao_dom *d = p ? known_dom(p) : NULL;

	if (!p)
		res_str("NULL");
	else if (!d)
		res_str("?");
	else
		oput("\"r\":\"%s%s\",", dom_name(d), d->freed ? "!freed" : "");
}

/*
 * Group operations.  An empty group makes the core take the first entry of an
 * empty list, so it is refused unless the script asked for unsafe=1.
 */
struct dmao_group *need_grp(const char *n)
{
	struct dmao_group *og = find_grp(n, false);

	if (!og) {
		res_bad("no such group");
		return NULL;
	}
	if (!og->grp) {
		res_skip("group not present");
		return NULL;
	}
	if (!group_devcount(og) && !cfg.unsafe) {
		res_skip("group empty");
		return NULL;
	}
	return og;
}

/* A claim of such a group looks for a driver that is not there. */
bool group_is_raw(struct dmao_group *og)
{
	int i;

	for (i = 0; i < ndev; i++)
		if (devs[i].raw && devs[i].dev->iommu_group == og->grp)
			return true;
	return false;
}

struct dmao_dev *need_dev(const char *n)
{
	struct dmao_dev *od = find_dev(n);

	if (!od) {
		res_bad("no such device");
		return NULL;
	}
	if (!od->dev) {
		res_skip("device not present");
		return NULL;
	}
	return od;
}

struct dmao_dom *need_dom(const char *n)
{
	struct dmao_dom *d = find_dom(n);

	if (!d) {
		res_skip("no such domain");
		return NULL;
	}
	if (d->freed) {
		res_skip("domain freed");
		return NULL;
	}
	return d;
}

/* M and D, the first two arguments of a command; in this order. */
struct dmao_dev *need_dom_dev(char **av, struct dmao_dom **d)
{
	*d = need_dom(av[1]);
	return *d ? need_dev(av[2]) : NULL;
}

/* M and G */
struct dmao_group *need_dom_grp(char **av, struct dmao_dom **d)
{
	*d = need_dom(av[1]);
	return *d ? need_grp(av[2]) : NULL;
}

bool need_pasid(const char *word, int *n)
{
	if (!kstrtoint(word, 10, n))
		return true;
	res_bad("pasid");
	return false;
}
