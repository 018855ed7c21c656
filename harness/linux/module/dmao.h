/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mock IOMMU driver and a bench for the DMA-ownership logic of the kernel's IOMMU core.
 *
 * The module registers one IOMMU instance, makes devices in any group, runs one function of the
 * core per command and reports what the core did: the return value, every driver callback in
 * order, every WARN, and the group's private pointers. Commands are lines of text written to
 * /dev/dmao; each is answered by one JSON object read back from it.
 *
 * Private structures are read with offsets that user space takes from BTF, so that one source
 * serves many kernels. HAVE_... flags come from features.sh.
 */
#ifndef DMAO_H
#define DMAO_H

#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/miscdevice.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/xarray.h>
#include <linux/vmalloc.h>
#include <linux/pci.h>
#include <linux/version.h>
#include <linux/dma-mapping.h>
#if defined(HAVE_SETUP_DMA_OPS) || !defined(HAVE_DOMAIN_OPS)
#include <linux/dma-map-ops.h>
#endif
#ifndef HAVE_DOMAIN_OPS
#include <linux/dma-iommu.h>
#endif
#ifdef CONFIG_ARM_DMA_USE_IOMMU
#include <linux/of.h>
#include <linux/of_platform.h>
#include <asm/dma-iommu.h>
#endif

#define MAXDEV 16
#define MAXGRP 8
#define MAXDOM 256
#define MAXOWN 8
#define MAXEV 192
#define MAXRULE 16
#define MAXMAP 64
#define NAMELEN 16
#define REFLEN 40		/* "@g0.blocking_domain", with the longest name */
#define OUTSZ (64 << 10)

/* ---------------------------------------------------------- symbols.c */
extern int off_domain, off_default_domain, off_blocking_domain, off_owner_cnt, off_owner;
extern int off_devices, off_pasid_array, off_gd_list, off_gd_dev;
extern int off_recovery_cnt, off_gd_blocked, off_gd_reset_depth;

#define FIELD(type, g, o) (*(type *)((char *)(g) + (o)))

/* NULL: this kernel has no such function. */
struct core_calls {
	int (*claim)(struct iommu_group *g, void *owner);
	void (*release)(struct iommu_group *g);
	bool (*claimed)(struct iommu_group *g);
	int (*dclaim)(struct device *dev, void *owner);
	void (*drelease)(struct device *dev);
	int (*use)(struct device *dev);
	void (*unuse)(struct device *dev);
	int (*attach_dev)(struct iommu_domain *d, struct device *dev);
	void (*detach_dev)(struct iommu_domain *d, struct device *dev);
	int (*attach_group)(struct iommu_domain *d, struct iommu_group *g);
	void (*detach_group)(struct iommu_domain *d, struct iommu_group *g);
	int (*replace)(struct iommu_group *g, struct iommu_domain *d);
#ifdef HAVE_PASID_HANDLE
	int (*attach_pasid)(struct iommu_domain *d, struct device *dev, u32 pasid,
			    struct iommu_attach_handle *h);
#else
	int (*attach_pasid)(struct iommu_domain *d, struct device *dev, u32 pasid);
#endif
	void (*detach_pasid)(struct iommu_domain *d, struct device *dev, u32 pasid);
	struct iommu_domain *(*alloc_bus)(const struct bus_type *bus);
	struct iommu_domain *(*alloc_dev)(struct device *dev);
	struct iommu_domain *(*alloc_flags)(struct device *dev, unsigned int flags);
	struct iommu_domain *(*get_dom)(struct device *dev);
	struct iommu_domain *(*get_dma)(struct device *dev);
	int (*deferred)(struct device *dev, struct iommu_domain *d);
	void (*setup_dma_ops)(struct device *dev, u64 base, u64 size);
	int (*drv_attach)(void *drv, struct device *dev);
	void (*bug_clear)(void);
	unsigned int *def_type;
};
extern struct core_calls core;

void *symbol(const char *name);
int symbols_init(void);

/* ------------------------------------------------------------ model.c */
struct dmao_dom {
	struct iommu_domain dom;
	char name[NAMELEN];	/* empty until the type is known */
	bool user;
	bool freed;
	bool fixed;		/* static singleton */
};

struct dmao_group {
	char name[NAMELEN];
	struct iommu_group *grp;
	bool hold;
	bool holding;
	unsigned int born;	/* how many kernel groups it has been so far */
};

struct dmao_dev {
	char name[NAMELEN];
	struct device *dev;		/* NULL: not there */
	struct platform_device *pdev;
	const struct pci_place *place;	/* NULL: not a PCI device */
	char driver[NAMELEN];		/* PCI: what matched as it came, or empty */
	bool acs;			/* its group is the core's own choice */
	struct dmao_group *acs_group;	/* ... and was this one */
	struct dmao_group *group;	/* NULL: not behind the IOMMU */
	struct dmao_dom *cur;		/* what the hardware would use */
	int deftype;
	bool deferred;
	bool resv;
	bool incoherent;
	bool shared_msi;	/* its interrupts are not told from those of others */
	bool untrusted;		/* PCI: as behind an external port */
	bool raw;		/* in a group by hand, no IOMMU behind it */
	bool dt;		/* has a device-tree node with "iommus" */
	bool xlated;		/* ... which the core has handed to us */
	int pasid_bits;
	int rid;		/* the IOMMU takes devices with the same one for one; 0: its own */
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	struct dma_iommu_mapping *map;	/* taken off by arm_detach: ours to release */
	struct dmao_dom *mapdom;
#endif
};

enum rule_kind { R_ATTACH, R_PASID, R_PROBE, R_GROUP, R_DRVPROBE, R_ALLOC, R_KINDS };

struct rule {
	enum rule_kind kind;
	char dev[NAMELEN], dom[REFLEN];
	int err, skip, count;	/* count < 0: for ever */
};

struct config {
	char deny[16], nopasid[8];
	int deny_err;
	bool detach, fqcap, coherent, unsafe;
};

extern struct dmao_dev devs[MAXDEV];
extern struct dmao_group grps[MAXGRP];
extern struct dmao_dom *doms[MAXDOM];
extern struct rule rules[MAXRULE];
extern int ndev, ngrp, ndom, nrule;
extern char owners[MAXOWN];
extern struct config cfg;

static inline struct dmao_dom *to_dmao(struct iommu_domain *d)
{
	return d ? container_of(d, struct dmao_dom, dom) : NULL;
}

const char *type_class(unsigned int t);
const char *dom_name(struct dmao_dom *d);
struct dmao_dom *known_dom(struct iommu_domain *p);
struct dmao_dev *dev_of(struct device *dev);
int rule_hit(enum rule_kind k, struct dmao_dev *od, struct dmao_dom *d);
int alloc_hit(unsigned int type);
struct dmao_dev *find_dev(const char *n);
struct dmao_group *find_grp(const char *n, bool create);
struct dmao_dom *find_dom(const char *n);
bool owner_number(const char *n, int *k);
int find_owner(const char *n, void **p);
int type_by(const char *n);
void model_clear(void);

/* ----------------------------------------------------------- events.c */
enum ev_kind { E_ALLOC, E_DENY, E_FREE, E_ATTACH, E_DETACH, E_PROBE, E_RELEASE,
	       E_GROUP, E_GNEW, E_GFREE, E_SETPASID, E_RMPASID, E_DRVPROBE, E_WARN, E_MAP,
	       E_FINAL, E_XLATE, E_PLATFORM };
struct ev {
	enum ev_kind k;
	struct dmao_dev *dev;
	struct dmao_dom *dom, *old;
	struct dmao_group *grp;
	int a, r;
	unsigned long ip;
	bool flag;
};

extern char *out;
extern size_t outlen;

struct ev *ev_add(enum ev_kind k);
void ev_clear(void);
__printf(1, 2) void oput(const char *fmt, ...);
void oname(const char *s);
void o_events(void);

/* ----------------------------------------------------- warn.c, state.c */
int warn_init(void);
int group_devcount(struct dmao_group *og);
void o_state(void);

/* ---------------------------------------------------------- domain.c */
#ifdef HAVE_DOMAIN_OPS
extern const struct iommu_domain_ops dops_plain;

const struct iommu_domain_ops *dops_of(unsigned int type);
void set_nopasid(const char *s);
#endif
#ifndef HAVE_DOMAIN_ALLOC
extern bool want_unmanaged, iommufd_asks;
struct iommu_domain *dmao_domain_alloc_paging(struct device *dev);
#ifdef HAVE_ALLOC_FLAGS
struct iommu_domain *dmao_domain_alloc_flags(struct device *dev, u32 flags,
					     const struct iommu_user_data *data);
#endif
#endif
#if defined(HAVE_DOMAIN_ALLOC) || defined(HAVE_DOMAIN_ALLOC_IDN)
struct iommu_domain *dmao_domain_alloc(unsigned int type);
#else
struct iommu_domain *dmao_domain_alloc_identity(struct device *dev);
#endif
#ifdef HAVE_ATTACH_OLD
int dmao_attach(struct iommu_domain *domain, struct device *dev, struct iommu_domain *old);
#else
int dmao_attach(struct iommu_domain *domain, struct device *dev);
#endif
#ifdef HAVE_DETACH_DEV
void dmao_detach(struct iommu_domain *domain, struct device *dev);
#endif
#ifdef HAVE_PLATFORM_OPS
void dmao_platform(struct device *dev);
#endif
void dmao_free(struct iommu_domain *domain);
#ifdef HAVE_REMOVE_DEV_PASID
#ifdef HAVE_REMOVE_DEV_PASID_DOM
void dmao_rm_pasid(struct device *dev, ioasid_t pasid, struct iommu_domain *domain);
#else
void dmao_rm_pasid(struct device *dev, ioasid_t pasid);
#endif
#endif
#ifndef HAVE_DOMAIN_OPS
int dmao_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
	     int prot, gfp_t gfp);
size_t dmao_unmap(struct iommu_domain *domain, unsigned long iova, size_t size,
		  struct iommu_iotlb_gather *g);
phys_addr_t dmao_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);
#endif
void set_deny(const char *s);
int set_static(const char *s);
void fixed_clear(void);

/* Whose mappings are remembered. */
extern bool dma_maps, user_maps;

void maps_clear(void);

/* ---------------------------------------------------------- driver.c */
extern struct iommu_ops dmao_ops;
extern struct iommu_device dmao_iommu;
extern bool registered;

int do_register(void);
void do_unregister(void);
void give_pasids(struct device *dev);
void dmao_group_gone(void *data);

/* ----------------------------------------------------------- world.c */
struct device_driver *drv_by(struct dmao_dev *od, const char *n);
int drv_probe(struct device *dev);
const char *drv_name(const struct device *dev);
bool unbind_ok(struct dmao_dev *od);
int dev_remove(struct dmao_dev *od);
int dev_insert(struct dmao_dev *od, const char *drv);
void defaults(void);
void do_reset(void);
int world_init(void);

/* ------------------------------------------------------------- pci.c */
extern struct pci_driver drv_pci_kdma, drv_pci_user;

const struct pci_place *pci_place_by(const char *name);
bool pci_is_at(struct device *dev, const struct pci_place *p);
struct device_driver *pci_drv_by(struct dmao_dev *od, const char *n);
void pci_match_again(struct dmao_dev *od);
int pci_insert(struct dmao_dev *od, const char *drv);
void pci_delete(struct dmao_dev *od);
bool pci_is_idle_bridge(const struct dmao_dev *od);
struct iommu_group *acs_group(struct dmao_dev *od, struct device *dev);
int pci_world_init(void);

/* --------------------------------------------------------- handles.c */
#ifdef HAVE_ATTACH_HANDLE
struct iommu_attach_handle *unnamed_handle(void);
#endif
bool need_own_handle(struct iommu_group *g, unsigned long pasid);
void handles_clear(void);
void o_handles(void);
void o_pasids(struct iommu_group *g);

/* ------------------------------------------------------------- sva.c */
#ifdef HAVE_ALLOC_SVA
struct iommu_domain *dmao_domain_alloc_sva(struct device *dev, struct mm_struct *mm);
#endif
void sva_clear(void);

/* --------------------------------------------------------- iommufd.c */
int context_of(const void *p);
bool contexts_open(void);
void *owner_token(int k);
void contexts_clear(void);
void iommufd_drop(const char *device);

/* ------------------------------------------------------------- arm.c */
#ifdef CONFIG_ARM_DMA_USE_IOMMU
extern struct iommu_device dmao_iommu_dt;	/* the same, known to the device tree */
extern struct device *hw_dt;

struct device_node *client_node(const struct dmao_dev *od);
bool arm_may_unbind(struct dmao_dev *od);
void arm_put_mappings(void);
int arm_init(void);
#else
static inline int arm_init(void) { return 0; }
#endif

/* ------------------------------------------------- commands (several) */
struct command {
	const char *name;
	int args;		/* at least so many */
	void (*run)(char **av, int ac);
};

/* Ended by an empty entry. */
extern const struct command setup_commands[], world_commands[], core_commands[];
extern const struct command dma_commands[], pci_commands[], handle_commands[],
			    sva_commands[], iommufd_commands[],
			    arm_commands[];

/* Answers, from answer.c; need_... answer for themselves when they return NULL. */
void res_int(int r);
void res_void(void);
void res_str(const char *s);
void res_skip(const char *s);
void res_bad(const char *s);
void res_dom(struct iommu_domain *p);
struct dmao_group *need_grp(const char *n);
struct dmao_dev *need_dev(const char *n);
struct dmao_dom *need_dom(const char *n);
struct dmao_dev *need_dom_dev(char **av, struct dmao_dom **d);
struct dmao_group *need_dom_grp(char **av, struct dmao_dom **d);
bool need_pasid(const char *word, int *n);
bool group_is_raw(struct dmao_group *og);

#define NEED(f) do { if (!(f)) { res_str("nosys"); return; } } while (0)

#endif
