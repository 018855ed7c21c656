// SPDX-License-Identifier: GPL-2.0-only
/* Domains: the driver's operations on them, how they are made, the static ones. */
#include "dmao.h"

/* The hardware knows a device by its requester id, which others may have too. */
static void hardware_uses(struct dmao_dev *od, struct dmao_dom *d)
{
	int i;

	od->cur = d;
	for (i = 0; i < ndev; i++)
		if (od->rid && devs[i].rid == od->rid && devs[i].dev)
			devs[i].cur = d;
}

static int dmao_attach_common(struct iommu_domain *domain, struct device *dev,
			     struct dmao_dom *old)
{
	struct dmao_dom *d = to_dmao(domain);
	struct dmao_dev *od = dev_of(dev);
	struct ev *e;
	int r;

	if (!od)
		return -ENODEV;
	give_pasids(dev);
	r = rule_hit(R_ATTACH, od, d);
	e = ev_add(E_ATTACH);
	e->dev = od;
	e->dom = d;
	e->old = old;
	e->r = r;
	e->flag = d->freed;
	if (!r)
		hardware_uses(od, d);
	return r;
}

#ifdef HAVE_ATTACH_OLD
int dmao_attach(struct iommu_domain *domain, struct device *dev,
		      struct iommu_domain *old)
{
	return dmao_attach_common(domain, dev, to_dmao(old));
}
#else
int dmao_attach(struct iommu_domain *domain, struct device *dev)
{
	return dmao_attach_common(domain, dev, NULL);
}
#endif

#ifdef HAVE_DETACH_DEV
void dmao_detach(struct iommu_domain *domain, struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);
	struct ev *e = ev_add(E_DETACH);

	e->dev = od;
	e->dom = to_dmao(domain);
	if (od)
		hardware_uses(od, NULL);
}
#endif

#ifdef HAVE_PLATFORM_OPS
/* what became of detach_dev in 6.3 to 6.6: the group has no domain any more */
void dmao_platform(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);

	ev_add(E_PLATFORM)->dev = od;
	if (od)
		hardware_uses(od, NULL);
}
#endif

void dmao_free(struct iommu_domain *domain)
{
	struct dmao_dom *d = to_dmao(domain);
	struct ev *e;
	int i;

	if (d->fixed)
		return;
	e = ev_add(E_FREE);
	e->dom = d;
	for (i = 0; i < ndev; i++)
		if (devs[i].cur == d)
			e->flag = true;
#ifndef HAVE_DOMAIN_OPS
	iommu_put_dma_cookie(domain);	/* nothing for a domain without one */
#endif
	d->freed = true;	/* memory is kept until the script ends */
}

/*
 * The core asks where an address leads before it makes direct mappings, and is told "nowhere", so
 * that it makes them for every device. DMA maps and those of VFIO are asked about too, by what
 * unmaps them: these are remembered.
 */
bool dma_maps, user_maps;

static struct mapping {
	struct dmao_dom *dom;
	unsigned long iova;
	phys_addr_t phys;
	size_t size;
} maps[MAXMAP];

static struct mapping *map_at(struct dmao_dom *d, unsigned long iova)
{
	int i;

	for (i = 0; i < MAXMAP; i++)
		if (maps[i].dom == d && iova - maps[i].iova < maps[i].size)
			return &maps[i];
	return NULL;
}

static bool remembered(struct iommu_domain *domain)
{
	return dma_maps || (user_maps && domain->type == IOMMU_DOMAIN_UNMANAGED);
}

static void mapped(struct iommu_domain *domain, unsigned long iova, phys_addr_t phys, size_t size)
{
	struct dmao_dom *d = to_dmao(domain);
	struct mapping *m;

	ev_add(E_MAP)->dom = d;
	m = remembered(domain) ? map_at(NULL, 0) : NULL;
	if (m)
		*m = (struct mapping) { d, iova, phys, size };
}

static void unmapped(struct iommu_domain *domain, unsigned long iova)
{
	struct mapping *m = remembered(domain) ? map_at(to_dmao(domain), iova) : NULL;

	if (m)
		*m = (struct mapping) { NULL, 0, 0, 1 };
}

void maps_clear(void)
{
	int i;

	for (i = 0; i < MAXMAP; i++)
		maps[i] = (struct mapping) { NULL, 0, 0, 1 };
	dma_maps = user_maps = false;
}

#ifdef HAVE_DOMAIN_OPS
static
#endif
phys_addr_t dmao_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct mapping *m = remembered(domain) ? map_at(to_dmao(domain), iova) : NULL;

	return m ? m->phys + (iova - m->iova) : 0;
}

#ifndef HAVE_DOMAIN_OPS
int dmao_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
	     int prot, gfp_t gfp)
{
	mapped(domain, iova, paddr, size);
	return 0;
}

size_t dmao_unmap(struct iommu_domain *domain, unsigned long iova, size_t size,
		  struct iommu_iotlb_gather *g)
{
	unmapped(domain, iova);
	return size;
}
#else
static int dmao_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *done)
{
	mapped(domain, iova, paddr, pgsize * pgcount);
	*done = pgsize * pgcount;
	return 0;
}

static size_t dmao_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *g)
{
	unmapped(domain, iova);
	return pgsize * pgcount;
}
#endif

#ifdef HAVE_SET_DEV_PASID
static int set_pasid_common(struct iommu_domain *domain, struct device *dev, u32 pasid,
			    struct dmao_dom *old)
{
	struct dmao_dev *od = dev_of(dev);
	int r = od ? rule_hit(R_PASID, od, to_dmao(domain)) : -ENODEV;
	struct ev *e = ev_add(E_SETPASID);

	e->dev = od;
	e->dom = to_dmao(domain);
	e->old = old;
	e->a = pasid;
	e->r = r;
	return r;
}
#ifdef HAVE_SET_DEV_PASID_OLD
static int dmao_set_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid,
			 struct iommu_domain *old)
{
	return set_pasid_common(domain, dev, pasid, to_dmao(old));
}
#else
static int dmao_set_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid)
{
	return set_pasid_common(domain, dev, pasid, NULL);
}
#endif
#endif

#ifdef HAVE_REMOVE_DEV_PASID
#ifdef HAVE_REMOVE_DEV_PASID_DOM
void dmao_rm_pasid(struct device *dev, ioasid_t pasid, struct iommu_domain *domain)
{
	struct ev *e = ev_add(E_RMPASID);

	e->dom = to_dmao(domain);
#else
void dmao_rm_pasid(struct device *dev, ioasid_t pasid)
{
	struct ev *e = ev_add(E_RMPASID);
#endif
	e->dev = dev_of(dev);
	e->a = pasid;
}
#endif

#ifdef HAVE_DOMAIN_OPS
/* A flush queue calls this by its timer, once something was unmapped. */
static void dmao_flush(struct iommu_domain *domain)
{
}

#define DOM_OPS				\
	.attach_dev = dmao_attach,	\
	.map_pages = dmao_map,		\
	.unmap_pages = dmao_unmap,	\
	.iova_to_phys = dmao_iova_to_phys, \
	.flush_iotlb_all = dmao_flush,	\
	.free = dmao_free,
#ifdef HAVE_SET_DEV_PASID
#define DOM_OPS_PASID .set_dev_pasid = dmao_set_pasid,
#else
#define DOM_OPS_PASID
#endif

const struct iommu_domain_ops dops_plain = { DOM_OPS DOM_OPS_PASID };
static const struct iommu_domain_ops dops_nopasid = { DOM_OPS };
#ifdef HAVE_DETACH_DEV
static const struct iommu_domain_ops dops_detach = {
	DOM_OPS DOM_OPS_PASID .detach_dev = dmao_detach,
};
static const struct iommu_domain_ops dops_detach_nopasid = {
	DOM_OPS .detach_dev = dmao_detach,
};
#endif

/* the letter of cfg.nopasid for this type */
static char ops_letter(unsigned int type)
{
	switch (type) {
	case IOMMU_DOMAIN_BLOCKED: return 'b';
	case IOMMU_DOMAIN_IDENTITY: return 'i';
#ifdef IOMMU_DOMAIN_SVA
	case IOMMU_DOMAIN_SVA: return 's';
#endif
	}
	return 'p';
}

const struct iommu_domain_ops *dops_of(unsigned int type)
{
	bool pasid = !strchr(cfg.nopasid, ops_letter(type));

#ifdef HAVE_DETACH_DEV
	if (cfg.detach)
		return pasid ? &dops_detach : &dops_detach_nopasid;
#endif
	return pasid ? &dops_plain : &dops_nopasid;
}

/* Domains whose letter is in the string have no set_dev_pasid; without "b" goes remove_dev_pasid too. */
void set_nopasid(const char *s)
{
	int i;

	strscpy(cfg.nopasid, s, sizeof(cfg.nopasid));
	for (i = 0; i < ndom; i++)
		doms[i]->dom.ops = dops_of(doms[i]->dom.type);
	dmao_ops.default_domain_ops = dops_of(IOMMU_DOMAIN_UNMANAGED);
#ifdef HAVE_REMOVE_DEV_PASID
	dmao_ops.remove_dev_pasid = strchr(s, 'b') ? NULL : dmao_rm_pasid;
#endif
}
#endif

static void dom_init(struct dmao_dom *d, unsigned int type)
{
#ifdef HAVE_DOMAIN_OPS
	d->dom.ops = dops_of(type);
#endif
	d->dom.pgsize_bitmap = 4096;
	d->dom.geometry.aperture_start = 0;
	d->dom.geometry.aperture_end =
		(dma_addr_t)(sizeof(dma_addr_t) > 4 ? ~0ULL >> 16 : ~0ULL);
	d->dom.geometry.force_aperture = true;
}

static struct dmao_dom *dom_new(unsigned int type)
{
	struct dmao_dom *d;

	if (ndom >= MAXDOM)
		return NULL;
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return NULL;
	doms[ndom++] = d;
	dom_init(d, type);
	return d;
}

static char type_letter(unsigned int type)
{
	switch (type) {
	case IOMMU_DOMAIN_BLOCKED: return 'b';
	case IOMMU_DOMAIN_IDENTITY: return 'i';
	case IOMMU_DOMAIN_UNMANAGED: return 'u';
	case IOMMU_DOMAIN_DMA: return 'd';
#ifdef IOMMU_DOMAIN_DMA_FQ
	case IOMMU_DOMAIN_DMA_FQ: return 'f';
#endif
	}
	return '?';
}

#if defined(HAVE_DOMAIN_ALLOC)
struct iommu_domain *dmao_domain_alloc(unsigned int type)
{
	int hit = alloc_hit(type);
	struct dmao_dom *d;
	struct ev *e;

	if (hit || strchr(cfg.deny, type_letter(type))) {
		e = ev_add(E_DENY);
		e->a = type;
		e->r = hit ?: cfg.deny_err;
#ifdef HAVE_ALLOC_ERRPTR
		if (e->r)
			return ERR_PTR(e->r);
#endif
		return NULL;
	}
	d = dom_new(type);
	if (!d)
		return NULL;
	d->dom.type = type;
#ifndef HAVE_DOMAIN_OPS
	/* here it is the drivers who ask for it; without IOMMU_DMA there is none */
	if (type == IOMMU_DOMAIN_DMA && iommu_get_dma_cookie(&d->dom)) {
		kfree(doms[--ndom]);
		e = ev_add(E_DENY);
		e->a = type;
		return NULL;
	}
#endif
	e = ev_add(E_ALLOC);
	e->dom = d;
	return &d->dom;
}
#else
/*
 * Here the core does not say which paging type it is about to make; the command
 * being run does (a claim or an allocation makes UNMANAGED ones).
 */
bool want_unmanaged, iommufd_asks;

static struct iommu_domain *alloc_as(unsigned int type, bool known)
{
	int hit = alloc_hit(type);
	struct dmao_dom *d;
	struct ev *e;

	if (hit || strchr(cfg.deny, type_letter(type))) {
		e = ev_add(E_DENY);
		e->a = type;
		e->r = hit ?: cfg.deny_err;
		return ERR_PTR(e->r ?: -ENOMEM);
	}
	d = dom_new(type);
	if (!d)
		return ERR_PTR(-ENOMEM);
	if (known)
		d->dom.type = type;
	e = ev_add(E_ALLOC);
	e->dom = d;
	return &d->dom;
}

struct iommu_domain *dmao_domain_alloc_paging(struct device *dev)
{
	return alloc_as(want_unmanaged ? IOMMU_DOMAIN_UNMANAGED : IOMMU_DOMAIN_DMA, false);
}

#ifdef HAVE_ALLOC_FLAGS
#include <uapi/linux/iommufd.h>

/*
 * For iommufd's page tables, with PASIDs if the device has them; drivers set their type. For the
 * core this driver has no such operation.
 */
struct iommu_domain *dmao_domain_alloc_flags(struct device *dev, u32 flags,
					     const struct iommu_user_data *data)
{
	struct dmao_dev *od = dev_of(dev);

	if (!iommufd_asks || (flags & ~IOMMU_HWPT_ALLOC_PASID) || (flags && (!(od && od->pasid_bits) || strchr(cfg.nopasid, 'p'))))
		return ERR_PTR(-EOPNOTSUPP);
	return alloc_as(IOMMU_DOMAIN_UNMANAGED, true);
}
#endif

#ifdef HAVE_DOMAIN_ALLOC_IDN
struct iommu_domain *dmao_domain_alloc(unsigned int type)
{
	return alloc_as(type, true);
}
#else
struct iommu_domain *dmao_domain_alloc_identity(struct device *dev)
{
	return alloc_as(IOMMU_DOMAIN_IDENTITY, true);
}
#endif
#endif

#ifdef HAVE_ALLOC_SVA
struct iommu_domain *dmao_domain_alloc_sva(struct device *dev, struct mm_struct *mm)
{
	struct dmao_dom *d = dom_new(IOMMU_DOMAIN_SVA);

	if (!d)
		return ERR_PTR(-ENOMEM);
	d->dom.type = IOMMU_DOMAIN_SVA;
	ev_add(E_ALLOC)->dom = d;
	return &d->dom;
}
#endif

static __maybe_unused struct dmao_dom *fixed_dom(unsigned int type, const char *name)
{
	struct dmao_dom *d = dom_new(type);

	if (!d)
		return NULL;
	d->dom.type = type;
	d->fixed = true;
	/* no owner: the core knows static domains by their address, where it does */
	strscpy(d->name, name, sizeof(d->name));
	return d;
}

void fixed_clear(void)
{
#ifdef HAVE_IDENTITY_DOMAIN
	dmao_ops.identity_domain = NULL;
#endif
#ifdef HAVE_BLOCKED_DOMAIN
	dmao_ops.blocked_domain = NULL;
#endif
#ifdef HAVE_RELEASE_DOMAIN
	dmao_ops.release_domain = NULL;
#endif
#ifdef HAVE_DEFAULT_DOMAIN
	dmao_ops.default_domain = NULL;
#endif
}

/*
 * Where blocked domains are never allocated, the driver has a static one unless
 * "b" is denied, so that a script means the same on every kernel.
 */
void set_deny(const char *s)
{
	strscpy(cfg.deny, s, sizeof(cfg.deny));
#ifndef HAVE_DOMAIN_ALLOC
	if (strchr(cfg.deny, 'b')) {
		dmao_ops.blocked_domain = NULL;
	} else if (!dmao_ops.blocked_domain) {
		struct dmao_dom *d = find_dom("BLK");

		if (!d)
			d = fixed_dom(IOMMU_DOMAIN_BLOCKED, "BLK");
		dmao_ops.blocked_domain = &d->dom;
	}
#endif
}

int set_static(const char *s)
{
	int r = 0;

	for (; *s; s++) {
		switch (*s) {
#ifdef HAVE_IDENTITY_DOMAIN
		case 'i':
			dmao_ops.identity_domain = &fixed_dom(IOMMU_DOMAIN_IDENTITY, "IDN")->dom;
			break;
#endif
#ifdef HAVE_BLOCKED_DOMAIN
		case 'b':
			if (!dmao_ops.blocked_domain)
				dmao_ops.blocked_domain =
					&fixed_dom(IOMMU_DOMAIN_BLOCKED, "BLK")->dom;
			break;
#endif
#ifdef HAVE_RELEASE_DOMAIN
		case 'r':
			dmao_ops.release_domain = dmao_ops.blocked_domain ?:
				&fixed_dom(IOMMU_DOMAIN_BLOCKED, "REL")->dom;
			break;
#endif
#ifdef HAVE_DEFAULT_DOMAIN
		case 'd':
			dmao_ops.default_domain = dmao_ops.identity_domain ?:
				&fixed_dom(IOMMU_DOMAIN_IDENTITY, "DEF")->dom;
			break;
		case 'p':
			dmao_ops.default_domain = &fixed_dom(IOMMU_DOMAIN_PLATFORM, "PLT")->dom;
			break;
#endif
		default:
			r = -EOPNOTSUPP;
		}
	}
	return r;
}
