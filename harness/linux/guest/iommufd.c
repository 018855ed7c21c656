// SPDX-License-Identifier: GPL-2.0-only
/*
 * iommufd as a virtual machine monitor uses it, and VFIO's character devices. Contexts are files,
 * address spaces and page tables numbers in them; a script knows them by names. Binding and
 * attaching without VFIO is a driver's work, so the bench's module does it.
 *
 * The calls' numbers and structures are written out here: this system's headers may be older.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "guest.h"

#define NAMELEN 16
#define MAXOBJ 64
#define MAXFILE 32
#define NOWHERE 0xfffffff0u	/* no object has this number */

#define IOMMU_DESTROY _IO(';', 0x80)
#define IOMMU_IOAS_ALLOC _IO(';', 0x81)
#define IOMMU_VFIO_IOAS _IO(';', 0x88)
#define VFIO_IOAS_SET 1
#define VFIO_IOAS_CLEAR 2
#define IOMMU_HWPT_ALLOC _IO(';', 0x89)
#define HWPT_FOR_PASIDS 8
#define VFIO_DEVICE_BIND_IOMMUFD _IO(';', 118)
#define VFIO_DEVICE_ATTACH_IOMMUFD_PT _IO(';', 119)
#define VFIO_DEVICE_DETACH_IOMMUFD_PT _IO(';', 120)
#define OF_PASID 1

struct ioas_alloc { uint32_t size, flags, out_id; };
struct vfio_ioas { uint32_t size, id; uint16_t op, reserved; };
struct destroy { uint32_t size, id; };
struct hwpt_alloc {
	uint32_t size, flags, device, table, out_id, reserved, data_type, data_len;
	uint64_t data;
};
struct cdev_bind { uint32_t argsz, flags; int32_t fd; uint32_t out_id; };
struct cdev_attach { uint32_t argsz, flags, table, pasid; };
struct cdev_detach { uint32_t argsz, flags, pasid; };

static struct context { char name[NAMELEN]; int fd; } contexts[8];
static struct object { char name[NAMELEN]; struct context *ctx; uint32_t id; } objects[MAXOBJ];
/* a device bound to a context; file is 0 where a driver did it */
static struct bond {
	char device[NAMELEN];
	struct context *ctx;
	uint32_t id;
	int file;
} bonds[MAXFILE];
static struct cdev { char device[NAMELEN]; int file, fd; } cdevs[MAXFILE];
static int strict, ncontext, nobject, nbond, ncdev;

static struct context *context(const char *name)
{
	struct context *c;
	char line[64];

	for (int i = 0; i < ncontext; i++)
		if (!strcmp(contexts[i].name, name))
			return &contexts[i];
	if (ncontext == 8)
		return NULL;
	c = &contexts[ncontext];
	c->fd = open("/dev/iommu", O_RDWR);
	if (c->fd < 0)
		return NULL;
	snprintf(c->name, NAMELEN, "%s", name);
	ncontext++;
	snprintf(line, sizeof(line), "ctx %s %d", name, c->fd);
	ask(line, strlen(line));
	return c;
}

/* The file of a context; below 0: an errno. */
int iommufd_context(const char *name)
{
	struct context *c = context(name);

	return c ? c->fd : -errno;
}

static struct object *object(const char *name)
{
	for (int i = 0; i < nobject; i++)
		if (!strcmp(objects[i].name, name))
			return &objects[i];
	return NULL;
}

/* Its number in this context; where it has none there, one that the kernel does not know. */
static uint32_t number(const char *name, const struct context *ctx)
{
	const struct object *o = object(name);

	return o && o->id && o->ctx == ctx ? o->id : NOWHERE;
}

static void remember(const char *name, struct context *ctx, uint32_t id)
{
	if (nobject == MAXOBJ)
		return;
	snprintf(objects[nobject].name, NAMELEN, "%s", name);
	objects[nobject].ctx = ctx;
	objects[nobject++].id = id;
}

static struct bond *bond(const char *device)
{
	for (int i = 0; i < nbond; i++)
		if (!strcmp(bonds[i].device, device))
			return &bonds[i];
	return NULL;
}

static void add_bond(const char *device, struct context *ctx, uint32_t id, int file)
{
	if (nbond == MAXFILE)
		return;
	snprintf(bonds[nbond].device, NAMELEN, "%s", device);
	bonds[nbond].ctx = ctx;
	bonds[nbond].id = id;
	bonds[nbond++].file = file;
}

static void drop_bond(struct bond *b)
{
	if (b)
		memmove(b, b + 1, (--nbond - (b - bonds)) * sizeof(*b));
}

static struct cdev *cdev(const char *device, int file)
{
	for (int i = 0; i < ncdev; i++)
		if (!strcmp(cdevs[i].device, device) && (!file || cdevs[i].file == file))
			return &cdevs[i];
	return NULL;
}

/* 0 where the device is there; an answer otherwise. */
static long absent(const char *device)
{
	char name[64];

	sysfs_name(device, name, sizeof(name));
	if (name[0] == '?')
		return bad("no such device");
	return name[0] == '-' ? skip("device not present") : 0;
}

/* context O: opened before anybody claims for it, since the owner is the context from then on */
static long c_context(char **av)
{
	return done(context(av[1]) ? 0 : -errno);
}

/* ifd_bind D O */
static long c_bind(char **av)
{
	struct context *ctx;
	char line[64], *id;
	long r = absent(av[1]);

	if (r)
		return r;
	if (bond(av[1]) || vfio_opened(av[1]))
		return skip("bound to iommufd");
	ctx = context(av[2]);
	if (!ctx)
		return done(-errno);
	snprintf(line, sizeof(line), "ifd_bind %s %s", av[1], av[2]);
	r = ask(line, strlen(line));
	id = strstr(reply, ",\"id\":");
	if (id) {	/* for us alone */
		char *end;

		add_bond(av[1], ctx, strtoul(id + 6, &end, 10), 0);
		memmove(id, end, strlen(end) + 1);
		r = strlen(reply);
	}
	return r;
}

static long c_unbind(char **av)
{
	struct bond *b = bond(av[1]);
	char line[64];
	long r;

	if (!b || b->file)
		return skip("not bound to iommufd");
	snprintf(line, sizeof(line), "ifd_unbind %s", av[1]);
	r = ask(line, strlen(line));
	if (!strncmp(reply, "{\"r\":null", 9))
		drop_bond(b);
	return r;
}

/* ioas_alloc I O */
static long c_ioas(char **av)
{
	struct ioas_alloc call = { .size = sizeof(call) };
	struct context *ctx;
	int r;

	if (object(av[1]))
		return bad("name in use");
	ctx = context(av[2]);
	if (!ctx)
		return done(-errno);
	r = sys(ioctl(ctx->fd, IOMMU_IOAS_ALLOC, &call));
	if (!r)
		remember(av[1], ctx, call.out_id);
	return done(r);
}

/* compat_set I O, compat_clear O: the address space for VFIO's groups */
static long c_compat(char **av)
{
	struct vfio_ioas call = { .size = sizeof(call) };
	int set = !strcmp(av[0], "compat_set");
	struct context *ctx = context(av[set ? 2 : 1]);

	if (!ctx)
		return done(-errno);
	call.op = set ? VFIO_IOAS_SET : VFIO_IOAS_CLEAR;
	call.id = set ? number(av[1], ctx) : 0;
	return done(sys(ioctl(ctx->fd, IOMMU_VFIO_IOAS, &call)));
}

/* hwpt_alloc M I D PASID, the last 0 or 1 */
static long c_hwpt(char **av)
{
	struct hwpt_alloc call = { .size = sizeof(call) };
	const struct bond *b = bond(av[3]);
	struct context *ctx = b ? b->ctx : context("o0");
	char line[64];
	long r = absent(av[3]);
	int result;

	if (r)
		return r;
	if (object(av[1]))
		return bad("name in use");
	if (!ctx)
		return done(-errno);
	call.flags = av[4][0] == '1' ? HWPT_FOR_PASIDS : 0;
	call.device = b ? b->id : NOWHERE;
	call.table = number(av[2], ctx);
	result = sys(ioctl(ctx->fd, IOMMU_HWPT_ALLOC, &call));
	if (!result)
		remember(av[1], ctx, call.out_id);
	snprintf(line, sizeof(line), "hwpt %s %d", av[1], result);
	return ask(line, strlen(line));
}

/* ifd_attach D X PASID, ifd_replace D X PASID */
static long c_attach(char **av)
{
	const struct bond *b = bond(av[1]);
	char line[96];

	snprintf(line, sizeof(line), "%s %s %u %s", av[0], av[1], b ? number(av[2], b->ctx) : NOWHERE,
		 av[3]);
	return ask(line, strlen(line));
}

/* A destroyed one keeps its name, so that it is not found rather than never heard of. */
static long c_destroy(char **av)
{
	struct destroy call = { .size = sizeof(call), .id = NOWHERE };
	struct object *o = object(av[1]);
	struct context *ctx = o ? o->ctx : context("o0");
	int r;

	if (!ctx)
		return done(-errno);
	if (o && o->id)
		call.id = o->id;
	r = sys(ioctl(ctx->fd, IOMMU_DESTROY, &call));
	if (!r && o)
		o->id = 0;
	return done(r);
}

/* /dev/vfio/devices/vfioN of a device */
static int open_cdev(const char *device)
{
	char name[64], path[320];
	struct dirent *e;
	int fd = -1;
	DIR *d;

	sysfs_name(device, name, sizeof(name));
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/vfio-dev",
		 strchr(name, ':') ? "pci" : "platform", name);
	d = opendir(path);
	if (!d)
		return -ENOENT;
	errno = ENOENT;
	while (fd < 0 && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(path, sizeof(path), "/dev/vfio/devices/%.32s", e->d_name);
			fd = open(path, O_RDWR);
		}
	fd = fd < 0 ? -errno : fd;
	closedir(d);
	return fd;
}

static long c_cdev_open(char **av)
{
	long r = absent(av[1]);
	int file = atoi(av[2]), fd;

	if (r)
		return r;
	if (cdev(av[1], file) || ncdev == MAXFILE)
		return skip("file open");
	fd = open_cdev(av[1]);
	if (fd < 0)
		return done(fd);
	snprintf(cdevs[ncdev].device, NAMELEN, "%s", av[1]);
	cdevs[ncdev].file = file;
	cdevs[ncdev++].fd = fd;
	return done(0);
}

static void close_cdev(struct cdev *c)
{
	struct bond *b = bond(c->device);

	close(c->fd);
	if (b && b->file == c->file)
		drop_bond(b);
	memmove(c, c + 1, (--ncdev - (c - cdevs)) * sizeof(*c));
}

static long c_cdev(char **av)
{
	struct cdev *c = cdev(av[1], atoi(av[2]));
	const struct bond *b = bond(av[1]);
	long r = absent(av[1]);
	int result;

	if (r)
		return r;
	if (!c)
		return skip("file not open");
	if (!strcmp(av[0], "cdev_close")) {
		close_cdev(c);
		return ask("result null", 11);
	}
	if (!strcmp(av[0], "cdev_bind") && b && !b->file)
		return skip("bound to iommufd");
	if (!strcmp(av[0], "cdev_bind")) {
		struct cdev_bind call = { .argsz = sizeof(call) };
		struct context *ctx = context(av[3]);

		if (!ctx)
			return done(-errno);
		call.fd = ctx->fd;
		result = sys(ioctl(c->fd, VFIO_DEVICE_BIND_IOMMUFD, &call));
		if (!result)
			add_bond(av[1], ctx, call.out_id, c->file);
	} else if (!strcmp(av[0], "cdev_attach")) {
		struct cdev_attach call = { .argsz = sizeof(call) };

		if (strcmp(av[4], "-")) {
			call.flags = OF_PASID;
			call.pasid = strtoul(av[4], NULL, 10);
		} else {
			call.argsz -= sizeof(call.pasid);
		}
		call.table = b ? number(av[3], b->ctx) : NOWHERE;
		result = sys(ioctl(c->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &call));
	} else {
		struct cdev_detach call = { .argsz = sizeof(call) };

		if (strcmp(av[3], "-")) {
			call.flags = OF_PASID;
			call.pasid = strtoul(av[3], NULL, 10);
		} else {
			call.argsz -= sizeof(call.pasid);
		}
		result = sys(ioctl(c->fd, VFIO_DEVICE_DETACH_IOMMUFD_PT, &call));
	}
	return done(result);
}

#define ALLOW "/sys/module/iommufd/parameters/allow_unsafe_interrupts"

/* Interrupts that are not isolated count; no machine that is emulated has others. */
static long c_strict(char **av)
{
	strict = 1;
	return done(put(ALLOW, "N"));
}

/* A script's end: devices first, as if their users went away in order, then the contexts. */
void iommufd_reset(void)
{
	char line[64];

	if (strict)
		put(ALLOW, "Y");
	strict = 0;
	if (!ncontext && !ncdev)
		return;
	ask("calm", 4);
	while (nbond) {
		struct bond *b = &bonds[0];
		struct cdev *c = b->file ? cdev(b->device, b->file) : NULL;

		if (c) {
			close_cdev(c);
			continue;
		}
		snprintf(line, sizeof(line), "iommufd_drop %s", b->device);
		ask(line, strlen(line));
		drop_bond(b);
	}
	while (ncdev)
		close_cdev(&cdevs[0]);
	for (int i = 0; i < ncontext; i++)
		close(contexts[i].fd);
	nbond = nobject = ncontext = 0;
}

/* Why a device, or the IOMMU, cannot go; NULL if it can. */
const char *iommufd_holds(const char *device)
{
	if (!device)
		return nbond ? "bound to iommufd" : NULL;
	if (bond(device))
		return "bound to iommufd";
	return cdev(device, 0) ? "file open" : NULL;
}

const struct guest_command iommufd_commands[] = {
	{ "context", 1, c_context },
	{ "ifd_bind", 2, c_bind },
	{ "ifd_unbind", 1, c_unbind },
	{ "ioas_alloc", 2, c_ioas },
	{ "compat_set", 2, c_compat },
	{ "compat_clear", 1, c_compat },
	{ "hwpt_alloc", 4, c_hwpt },
	{ "ifd_attach", 3, c_attach },
	{ "ifd_replace", 3, c_attach },
	{ "iommu_destroy", 1, c_destroy },
	{ "strict_interrupts", 0, c_strict },
	{ "cdev_open", 2, c_cdev_open },
	{ "cdev_close", 2, c_cdev },
	{ "cdev_bind", 3, c_cdev },
	{ "cdev_attach", 4, c_cdev },
	{ "cdev_detach", 3, c_cdev },
	{}
};
