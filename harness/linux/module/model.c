// SPDX-License-Identifier: GPL-2.0-only
/* The script's world: devices, groups, domains, owners and planted faults, by name. */
#include "dmao.h"

struct dmao_dev devs[MAXDEV];
struct dmao_group grps[MAXGRP];
struct dmao_dom *doms[MAXDOM];
struct rule rules[MAXRULE];
int ndev, ngrp, ndom, nrule;
char owners[MAXOWN];
struct config cfg;
static int seq_dma, seq_idn, seq_blk, seq_unm, seq_oth;
static int __maybe_unused seq_sva;

const char *type_class(unsigned int t)
{
	switch (t) {
	case IOMMU_DOMAIN_BLOCKED: return "blocked";
	case IOMMU_DOMAIN_IDENTITY: return "identity";
	case IOMMU_DOMAIN_UNMANAGED: return "unmanaged";
	case IOMMU_DOMAIN_DMA: return "DMA";
#ifdef IOMMU_DOMAIN_DMA_FQ
	case IOMMU_DOMAIN_DMA_FQ: return "DMA-FQ";
#endif
#ifdef HAVE_PLATFORM_TYPE
	case IOMMU_DOMAIN_PLATFORM: return "platform";
#endif
	}
	return "other";
}

const char *dom_name(struct dmao_dom *d)
{
	if (!d)
		return NULL;
	if (!d->name[0]) {
		switch (d->dom.type) {
		case IOMMU_DOMAIN_BLOCKED:
			snprintf(d->name, sizeof(d->name), "blk%d", ++seq_blk);
			break;
		case IOMMU_DOMAIN_IDENTITY:
			snprintf(d->name, sizeof(d->name), "idn%d", ++seq_idn);
			break;
		case IOMMU_DOMAIN_UNMANAGED:
			snprintf(d->name, sizeof(d->name), "unm%d", ++seq_unm);
			break;
		case IOMMU_DOMAIN_DMA:
#ifdef IOMMU_DOMAIN_DMA_FQ
		case IOMMU_DOMAIN_DMA_FQ:
#endif
			snprintf(d->name, sizeof(d->name), "dma%d", ++seq_dma);
			break;
#ifdef HAVE_ALLOC_SVA
		case IOMMU_DOMAIN_SVA:
			snprintf(d->name, sizeof(d->name), "sva%d", ++seq_sva);
			break;
#endif
		default:
			snprintf(d->name, sizeof(d->name), "dom%d", ++seq_oth);
		}
	}
	return d->name;
}

struct dmao_dom *known_dom(struct iommu_domain *p)
{
	int i;

	for (i = 0; i < ndom; i++)
		if (&doms[i]->dom == p)
			return doms[i];
	return NULL;
}

struct dmao_dev *dev_of(struct device *dev)
{
	int i;

	if (dev && dev_is_pci(dev)) {
		for (i = 0; i < ndev; i++)
			if (devs[i].place && pci_is_at(dev, devs[i].place))
				return &devs[i];
		return NULL;
	}
	if (!dev || dev->bus != &platform_bus_type)
		return NULL;
	if (strncmp(dev_name(dev), "dmao_", 4))
		return NULL;
	for (i = 0; i < ndev; i++) {
		const char *dot = strrchr(dev_name(dev), '.');
		int n;

		if (dot && !kstrtoint(dot + 1, 10, &n) && n == i)
			return &devs[i];
	}
	return NULL;
}

/* A call matches: does it fail, or does it count as one that passes? */
static bool rule_strikes(struct rule *r)
{
	if (r->skip > 0) {
		r->skip--;
		return false;
	}
	if (r->count > 0)
		r->count--;
	return true;
}

int rule_hit(enum rule_kind k, struct dmao_dev *od, struct dmao_dom *d)
{
	int i;

	for (i = 0; i < nrule; i++) {
		struct rule *r = &rules[i];

		if (r->kind != k || !r->count)
			continue;
		if (strcmp(r->dev, "*") && strcmp(r->dev, od->name))
			continue;
		if (d && strcmp(r->dom, "*")) {
			if (strchr(r->dom, '.')) {
				if (find_dom(r->dom) != d)
					continue;
			} else if (r->dom[0] == '@') {
				if (strcmp(r->dom + 1, type_class(d->dom.type)))
					continue;
			} else if (strcmp(r->dom, dom_name(d))) {
				continue;
			}
		}
		if (rule_strikes(r))
			return r->err;
	}
	return 0;
}

/* An allocation is for no device, and the domain is not there yet: a rule knows its type at most. */
int alloc_hit(unsigned int type)
{
	int i;

	for (i = 0; i < nrule; i++) {
		struct rule *r = &rules[i];

		if (r->kind != R_ALLOC || !r->count)
			continue;
		if (strcmp(r->dom, "*") &&
		    (r->dom[0] != '@' || strcmp(r->dom + 1, type_class(type))))
			continue;
		if (rule_strikes(r))
			return r->err;
	}
	return 0;
}

struct dmao_dev *find_dev(const char *n)
{
	int i;

	for (i = 0; n && i < ndev; i++)
		if (!strcmp(devs[i].name, n))
			return &devs[i];
	return NULL;
}

struct dmao_group *find_grp(const char *n, bool create)
{
	int i;

	for (i = 0; n && i < ngrp; i++)
		if (!strcmp(grps[i].name, n))
			return &grps[i];
	if (!n || !create || ngrp >= MAXGRP)
		return NULL;
	memset(&grps[ngrp], 0, sizeof(grps[0]));
	strscpy(grps[ngrp].name, n, sizeof(grps[0].name));
	return &grps[ngrp++];
}

/* "@g0.default_domain" is what that field of the group points to now. */
static struct dmao_dom *pointed_to(const char *n)
{
	const char *dot = strchr(n, '.');
	int i, off;

	if (!dot)
		return NULL;
	off = !strcmp(dot, ".domain") ? off_domain :
	      !strcmp(dot, ".default_domain") ? off_default_domain :
	      !strcmp(dot, ".blocking_domain") ? off_blocking_domain : -1;
	for (i = 0; i < ngrp && off >= 0; i++)
		if (grps[i].grp && strlen(grps[i].name) == dot - n - 1 &&
		    !strncmp(grps[i].name, n + 1, dot - n - 1))
			return known_dom(FIELD(struct iommu_domain *, grps[i].grp, off));
	return NULL;
}

struct dmao_dom *find_dom(const char *n)
{
	int i;

	if (n && n[0] == '@')
		return pointed_to(n);
	for (i = 0; n && i < ndom; i++)
		if (!strcmp(doms[i]->name, n))
			return doms[i];
	return NULL;
}

bool owner_number(const char *n, int *k)
{
	return n && n[0] == 'o' && !kstrtoint(n + 1, 10, k) && *k >= 0 && *k < MAXOWN;
}

/* "o3" is the fourth owner token, "null" the null pointer. */
int find_owner(const char *n, void **p)
{
	int k;

	if (!n)
		return -EINVAL;
	if (!strcmp(n, "null")) {
		*p = NULL;
		return 0;
	}
	if (!owner_number(n, &k))
		return -EINVAL;
	*p = owner_token(k);
	return 0;
}

int type_by(const char *n)
{
	if (!strcmp(n, "identity"))
		return IOMMU_DOMAIN_IDENTITY;
	if (!strcmp(n, "dma"))
		return IOMMU_DOMAIN_DMA;
#ifdef IOMMU_DOMAIN_DMA_FQ
	if (!strcmp(n, "fq"))
		return IOMMU_DOMAIN_DMA_FQ;
#endif
	if (!strcmp(n, "blocked"))
		return IOMMU_DOMAIN_BLOCKED;
	if (!strcmp(n, "none"))
		return 0;
	return -1;
}

void model_clear(void)
{
	ndom = ndev = ngrp = 0;
	seq_dma = seq_idn = seq_blk = seq_unm = seq_oth = seq_sva = 0;
	memset(devs, 0, sizeof(devs));
}
