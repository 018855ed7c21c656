// SPDX-License-Identifier: GPL-2.0-only
/* Attach handles (v6.11 on), and what hangs on PASIDs. */
#include "dmao.h"

#ifdef HAVE_ATTACH_HANDLE
#define MAXHANDLE 8

static struct iommu_attach_handle handles[MAXHANDLE];
/* for the attaches of a script that names none: a new one each, as all callers do */
static struct iommu_attach_handle unnamed[256];
static unsigned int nunnamed;
static bool used;

/* "h3" is the fourth handle, "null" the null pointer. */
static int find_handle(const char *n, struct iommu_attach_handle **h)
{
	int k;

	*h = NULL;
	if (!strcmp(n, "null"))
		return 0;
	if (n[0] != 'h' || kstrtoint(n + 1, 10, &k) || k < 0 || k >= MAXHANDLE)
		return -EINVAL;
	*h = &handles[k];
	return 0;
}

/* What iommufd stored is iommufd's: it frees what it finds there. */
static bool is_ours(struct iommu_group *g, unsigned long pasid)
{
	struct iommu_attach_handle *h;

	if (!g || off_pasid_array < 0 || !contexts_open())
		return true;
	h = (void *)((unsigned long)xa_load(&FIELD(struct xarray, g, off_pasid_array), pasid) & ~3UL);
	return !h || known_dom((void *)h) || (h >= handles && h < handles + MAXHANDLE) ||
	       (h >= unnamed && h < unnamed + ARRAY_SIZE(unnamed));
}

bool need_own_handle(struct iommu_group *g, unsigned long pasid)
{
	if (is_ours(g, pasid))
		return true;
	res_skip("page table attached");
	return false;
}

static bool need_handle(const char *n, struct iommu_attach_handle **h)
{
	used = true;
	if (!find_handle(n, h))
		return true;
	res_bad("no such handle");
	return false;
}

struct iommu_attach_handle *unnamed_handle(void)
{
	return &unnamed[nunnamed++ % ARRAY_SIZE(unnamed)];
}

static void o_handle(const struct iommu_attach_handle *h)
{
	if (h >= handles && h < handles + MAXHANDLE)
		oput("\"h%d\"", (int)(h - handles));
	else if (h >= unnamed && h < unnamed + ARRAY_SIZE(unnamed))
		oput("\"-\"");
	else
		oput("\"-\"");	/* iommufd's own, or an address space's */
}

void handles_clear(void)
{
	memset(handles, 0, sizeof(handles));
	memset(unnamed, 0, sizeof(unnamed));
	nunnamed = 0;
	used = false;
}

static void o_domptr(const struct iommu_domain *p)
{
	struct dmao_dom *d = p ? known_dom(p) : NULL;

	if (!p)
		oput("null");
	else if (d)
		oput("\"%s%s\"", dom_name(d), d->freed ? "!freed" : "");
	else
		oput("\"?\"");
}

/* The domains of the handles that have one. Only in scripts that use handles. */
void o_handles(void)
{
	const char *sep = "";
	int i;

	if (!used)
		return;
	oput(",\"h\":{");
	for (i = 0; i < MAXHANDLE; i++)
		if (handles[i].domain) {
			oput("%s\"h%d\":", sep, i);
			o_domptr(handles[i].domain);
			sep = ",";
		}
	oput("}");
}

/* What is stored per PASID; 0 is the device's own requests. Only in scripts that use handles. */
void o_pasids(struct iommu_group *g)
{
	struct xarray *xa = &FIELD(struct xarray, g, off_pasid_array);
	const char *sep = "";
	unsigned long at;
	void *entry;

	if (!used || off_pasid_array < 0)
		return;
	oput(",\"px\":{");
	xa_for_each(xa, at, entry) {
		void *p = (void *)((unsigned long)entry & ~3UL);	/* without its tag */
		struct dmao_dom *d = known_dom(p);

		oput("%s\"%lu\":", sep, at);
		if (d)
			oput("\"%s%s\"", dom_name(d), d->freed ? "!freed" : "");
		else
			o_handle(p);
		sep = ",";
	}
	oput("}");
}

static struct iommu_domain *domain_or_null(const char *n, bool *ok)
{
	struct dmao_dom *d = strcmp(n, "null") ? need_dom(n) : NULL;

	*ok = d || !strcmp(n, "null");
	return d ? &d->dom : NULL;
}

static void c_attach_group_h(char **av, int ac)
{
	int (*f)(struct iommu_domain *d, struct iommu_group *g, struct iommu_attach_handle *h);
	struct iommu_attach_handle *h;
	struct dmao_group *og;
	struct dmao_dom *d;

	f = symbol("iommu_attach_group_handle");
	if (!need_handle(av[3], &h))
		return;
	og = need_dom_grp(av, &d);
	if (!og)
		return;
	NEED(f);
	res_int(f(&d->dom, og->grp, h));
}

static void c_detach_group_h(char **av, int ac)
{
	void (*f)(struct iommu_domain *d, struct iommu_group *g);
	struct dmao_group *og;
	struct dmao_dom *d;

	f = symbol("iommu_detach_group_handle");
	used = true;
	og = need_dom_grp(av, &d);
	if (!og)
		return;
	NEED(f);
	if (!need_own_handle(og->grp, 0))
		return;
	f(&d->dom, og->grp);
	res_void();
}

static void c_replace_group_h(char **av, int ac)
{
	int (*f)(struct iommu_group *g, struct iommu_domain *d, struct iommu_attach_handle *h);
	struct iommu_attach_handle *h;
	struct iommu_domain *d;
	struct dmao_group *og;
	bool ok;

	f = symbol("iommu_replace_group_handle");
	if (!need_handle(av[3], &h))
		return;
	d = domain_or_null(av[1], &ok);
	og = ok ? need_grp(av[2]) : NULL;
	if (!og)
		return;
	NEED(f);
	if (!need_own_handle(og->grp, 0))
		return;
	res_int(f(og->grp, d, h));
}

static void c_replace_pasid(char **av, int ac)
{
	int (*f)(struct iommu_domain *d, struct device *dev, u32 pasid,
		 struct iommu_attach_handle *h);
	struct iommu_attach_handle *h;
	struct dmao_dev *od;
	struct dmao_dom *d;
	int n;

	f = symbol("iommu_replace_device_pasid");
	if (!need_pasid(av[3], &n))
		return;
	if (!need_handle(av[4], &h))
		return;
	od = need_dom_dev(av, &d);
	if (!od)
		return;
	NEED(f);
	if (!need_own_handle(od->dev->iommu_group, n))
		return;
	res_int(f(&d->dom, od->dev, n, h));
}

static void c_attach_pasid_h(char **av, int ac)
{
	struct iommu_attach_handle *h;
	struct dmao_dev *od;
	struct dmao_dom *d;
	int n;

	if (!need_pasid(av[3], &n))
		return;
	if (!need_handle(av[4], &h))
		return;
	od = need_dom_dev(av, &d);
	if (!od)
		return;
	NEED(core.attach_pasid);
#ifdef HAVE_PASID_HANDLE
	res_int(core.attach_pasid(&d->dom, od->dev, n, h));
#else
	res_str("nosys");
#endif
}

static int find_type(const char *n)
{
	static const struct { const char *name; int type; } types[] = {
		{ "blocked", IOMMU_DOMAIN_BLOCKED }, { "identity", IOMMU_DOMAIN_IDENTITY },
		{ "unmanaged", IOMMU_DOMAIN_UNMANAGED }, { "DMA", IOMMU_DOMAIN_DMA },
		{ "DMA-FQ", IOMMU_DOMAIN_DMA_FQ }, { "platform", IOMMU_DOMAIN_PLATFORM },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(n, types[i].name))
			return types[i].type;
	return -1;
}

/* The handle, and the domain it is for; of any type, or only of one. */
static void c_handle(char **av, int ac)
{
	struct iommu_attach_handle *(*f)(struct iommu_group *g, ioasid_t pasid, unsigned int type);
	struct iommu_attach_handle *h;
	struct dmao_group *og;
	int n, type = ac > 3 ? find_type(av[3]) : 0;

	f = symbol("iommu_attach_handle_get");
	used = true;
	if (kstrtoint(av[2], 10, &n)) {
		res_bad("pasid");
		return;
	}
	if (type < 0) {
		res_bad("type");
		return;
	}
	og = need_grp(av[1]);
	if (!og)
		return;
	NEED(f);
	h = f(og->grp, n, type);
	if (IS_ERR(h)) {
		res_int(PTR_ERR(h));
		return;
	}
	oput("\"r\":");
	o_handle(h);
	oput(",\"hd\":");
	o_domptr(h->domain);
	oput(",");
}
#else
bool need_own_handle(struct iommu_group *g, unsigned long pasid)
{
	return true;
}

void handles_clear(void) { }
void o_pasids(struct iommu_group *g) { }
void o_handles(void) { }

static void c_nosys(char **av, int ac)
{
	res_str("nosys");
}
#endif

const struct command handle_commands[] = {
#ifdef HAVE_ATTACH_HANDLE
	{ "attach_group_h", 3, c_attach_group_h },
	{ "detach_group_h", 2, c_detach_group_h },
	{ "replace_group_h", 3, c_replace_group_h },
	{ "attach_pasid_h", 4, c_attach_pasid_h },
	{ "replace_pasid", 4, c_replace_pasid },
	{ "handle", 2, c_handle },
#else
	{ "attach_group_h", 3, c_nosys },
	{ "detach_group_h", 2, c_nosys },
	{ "replace_group_h", 3, c_nosys },
	{ "attach_pasid_h", 4, c_nosys },
	{ "replace_pasid", 4, c_nosys },
	{ "handle", 2, c_nosys },
#endif
	{}
};
