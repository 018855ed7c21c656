// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver does with iommufd: bind a device to a context, attach it to a page table. The
 * contexts are files of the guest's program, which is who writes the commands.
 */
#include "dmao.h"

/* contexts, by the owner tokens that stand for them */
static void *contexts[MAXOWN];

int context_of(const void *p)
{
	int i;

	for (i = 0; p && i < MAXOWN; i++)
		if (contexts[i] == p)
			return i;
	return -1;
}

bool contexts_open(void)
{
	int i;

	for (i = 0; i < MAXOWN; i++)
		if (contexts[i])
			return true;
	return false;
}

/* What stands for an owner: its context where it has one. */
void *owner_token(int k)
{
	return contexts[k] ?: &owners[k];
}

void contexts_clear(void)
{
	memset(contexts, 0, sizeof(contexts));
}

#ifdef HAVE_IOMMUFD
#include <linux/iommufd.h>

#ifdef HAVE_IOMMUFD_PASID
#define ATTACH_ARGS struct iommufd_device *idev, ioasid_t pasid, u32 *id
#define DETACH_ARGS struct iommufd_device *idev, ioasid_t pasid
#define WITH(pasid) pasid,
#define AND(pasid) , pasid
#else
#define ATTACH_ARGS struct iommufd_device *idev, u32 *id
#define DETACH_ARGS struct iommufd_device *idev
#define WITH(pasid)
#define AND(pasid)
#endif

static struct bond {
	struct dmao_dev *od;
	struct iommufd_device *idev;
	u32 pasids[8];
	int npasid;
} bonds[MAXDEV];
static int nbond;

static struct bond *bond_of(struct dmao_dev *od)
{
	int i;

	for (i = 0; i < nbond; i++)
		if (bonds[i].od == od)
			return &bonds[i];
	return NULL;
}

static struct bond *need_bond(const char *n)
{
	struct dmao_dev *od = find_dev(n);
	struct bond *b = od ? bond_of(od) : NULL;

	if (!od)
		res_bad("no such device");
	else if (!b)
		res_skip("not bound to iommufd");
	return b;
}

/* "-" is none, which is 0 where there are any. */
static bool need_iommufd_pasid(const char *word, u32 *n)
{
	*n = 0;
	if (!strcmp(word, "-"))
		return true;
#ifdef HAVE_IOMMUFD_PASID
	if (!kstrtou32(word, 10, n))
		return true;
	res_bad("pasid");
#else
	res_str("nosys");
#endif
	return false;
}

static void forget(struct bond *b)
{
	int i = b - bonds;

	memmove(b, b + 1, (--nbond - i) * sizeof(*b));	/* the others keep their order */
}

static void detach(struct bond *b, int at)
{
	void (*f)(DETACH_ARGS) = symbol("iommufd_device_detach");
	u32 pasid = b->pasids[at];

	memmove(&b->pasids[at], &b->pasids[at + 1], (--b->npasid - at) * sizeof(pasid));
	f(b->idev AND(pasid));
}

static void unbind(struct bond *b)
{
	void (*f)(struct iommufd_device *idev) = symbol("iommufd_device_unbind");

	f(b->idev);
	forget(b);
}

/* ctx O FD: this file is the context that the owner stands for. */
static void c_ctx(char **av, int ac)
{
	struct iommufd_ctx *(*from)(int fd) = symbol("iommufd_ctx_from_fd");
	void (*put)(struct iommufd_ctx *ctx) = symbol("iommufd_ctx_put");
	struct iommufd_ctx *ctx;
	int k, fd;

	NEED(from);
	if (!owner_number(av[1], &k) || kstrtoint(av[2], 10, &fd)) {
		res_bad("context");
		return;
	}
	ctx = from(fd);
	if (IS_ERR(ctx)) {
		res_int(PTR_ERR(ctx));
		return;
	}
	contexts[k] = ctx;	/* it lives as long as the file */
	put(ctx);
	res_int(0);
}

static void c_bind(char **av, int ac)
{
	struct iommufd_device *(*f)(struct iommufd_ctx *ctx, struct device *dev, u32 *id);
	struct dmao_dev *od = need_dev(av[1]);
	struct iommufd_device *idev;
	u32 id;
	int k;

	f = symbol("iommufd_device_bind");
	if (!od)
		return;
	NEED(f);
	if (!owner_number(av[2], &k) || !contexts[k]) {
		res_bad("context");
		return;
	}
	idev = f(contexts[k], od->dev, &id);
	if (IS_ERR(idev)) {
		res_int(PTR_ERR(idev));
		return;
	}
	bonds[nbond++] = (struct bond) { .od = od, .idev = idev };
	oput("\"r\":0,\"id\":%u,", id);
}

static void c_unbind(char **av, int ac)
{
	struct bond *b = need_bond(av[1]);

	if (!b)
		return;
	if (b->npasid) {
		res_skip("page table attached");
		return;
	}
	unbind(b);
	res_void();
}

static void attach_by(const char *name, char **av, bool new)
{
	int (*f)(ATTACH_ARGS) = symbol(name);
	struct bond *b;
	u32 id, pasid;
	int r;

	if (!need_iommufd_pasid(av[3], &pasid))
		return;
	b = need_bond(av[1]);
	if (!b)
		return;
#ifndef HAVE_IOMMUFD_PASID
	if (new && b->npasid) {	/* twice in one list: its links break */
		res_skip("page table attached");
		return;
	}
#endif
	if (kstrtou32(av[2], 10, &id) || b->npasid >= ARRAY_SIZE(b->pasids)) {
		res_bad("page table");
		return;
	}
	r = f(b->idev, WITH(pasid) &id);
	if (!r && new)
		b->pasids[b->npasid++] = pasid;
	res_int(r);
}

/* ifd_attach D ID PASID */
static void c_attach(char **av, int ac)
{
	attach_by("iommufd_device_attach", av, true);
}

static void c_replace(char **av, int ac)
{
	attach_by("iommufd_device_replace", av, false);
}

static void c_detach(char **av, int ac)
{
	struct bond *b;
	u32 pasid;
	int i;

	if (!need_iommufd_pasid(av[2], &pasid))
		return;
	b = need_bond(av[1]);
	if (!b)
		return;
	for (i = 0; i < b->npasid; i++)
		if (b->pasids[i] == pasid) {
			detach(b, i);
			res_void();
			return;
		}
	res_skip("no page table attached");
}

/* hwpt M R: the domain that the page table just made has, and how the making went. */
static void c_hwpt(char **av, int ac)
{
	struct dmao_dom *d = ndom ? doms[ndom - 1] : NULL;
	int r;

	if (kstrtoint(av[2], 10, &r)) {
		res_bad("result");
		return;
	}
	if (!r && d && !d->name[0])
		strscpy(d->name, av[1], sizeof(d->name));
	res_int(r);
}

/* At a script's end: what it left bound. */
void iommufd_drop(const char *device)
{
	struct dmao_dev *od = find_dev(device);
	struct bond *b = od ? bond_of(od) : NULL;

	while (b && b->npasid)
		detach(b, b->npasid - 1);
	if (b)
		unbind(b);
}
#else
void iommufd_drop(const char *device) { }

static void c_nosys(char **av, int ac)
{
	res_str("nosys");
}
#define c_ctx c_nosys
#define c_bind c_nosys
#define c_unbind c_nosys
#define c_attach c_nosys
#define c_replace c_nosys
#define c_detach c_nosys
#define c_hwpt c_nosys
#endif

const struct command iommufd_commands[] = {
	{ "ctx", 2, c_ctx },
	{ "ifd_bind", 2, c_bind },
	{ "ifd_unbind", 1, c_unbind },
	{ "ifd_attach", 3, c_attach },
	{ "ifd_replace", 3, c_replace },
	{ "ifd_detach", 2, c_detach },
	{ "hwpt", 2, c_hwpt },
	{}
};
