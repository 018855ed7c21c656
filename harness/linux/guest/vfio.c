// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO as a virtual machine monitor uses it: files and ioctls, with the kernel's own modules. They
 * are loaded at a script's first such command. Also drivers bound through sysfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <linux/vfio.h>
#include <unistd.h>
#include "guest.h"

#define MAXFD 16
#define NAMELEN 16

enum kind { GROUP, CONTAINER, DEVICE };

struct file {
	enum kind kind;
	char name[NAMELEN];
	int fd;
	int attached;		/* a group: its container is set */
};

static struct file files[MAXFD];
static int nfile;

static struct file *find(enum kind kind, const char *name)
{
	for (int i = 0; i < nfile; i++)
		if (files[i].kind == kind && !strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}

static int keep(enum kind kind, const char *name, int fd)
{
	if (fd < 0)
		return -errno;
	if (nfile >= MAXFD) {
		close(fd);
		return -EMFILE;
	}
	files[nfile].kind = kind;
	snprintf(files[nfile].name, NAMELEN, "%s", name);
	files[nfile].attached = 0;
	files[nfile++].fd = fd;
	return 0;
}

static int drop(struct file *f)
{
	int r = sys(close(f->fd)), i = f - files;

	memmove(f, f + 1, (--nfile - i) * sizeof(*f));	/* the others keep their order */
	return r;
}

/* Devices first, containers last, as a monitor that ends. */
void vfio_reset(void)
{
	static const enum kind order[] = { DEVICE, GROUP, CONTAINER };

	for (int k = 0; k < 3; k++)
		for (int i = nfile - 1; i >= 0; i--)
			if (files[i].kind == order[k])
				drop(&files[i]);
}

static int load(const char *path)
{
	const char *params = strstr(path, "vfio_iommu_type1") || strstr(path, "iommufd") ? "allow_unsafe_interrupts=1" : "";
	int fd = open(path, O_RDONLY), r;

	if (fd < 0)
		return -errno;
	r = sys(syscall(SYS_finit_module, fd, params, 0));
	close(fd);
	return r == -EEXIST ? 0 : r;
}

/* /modules/order: one path a line, what is needed first. */
static int load_all(void)
{
	static int loaded = 1;
	char path[256];
	FILE *f;

	if (loaded <= 0)
		return loaded;
	f = fopen("/modules/order", "r");
	if (!f)
		return loaded = -ENOENT;
	loaded = 0;
	while (!loaded && fgets(path, sizeof(path), f)) {
		path[strcspn(path, "\n")] = 0;
		if (path[0])
			loaded = load(path);
	}
	fclose(f);
	return loaded;
}

static long c_load(char **av)
{
	return done(0);
}

static long c_open(char **av)
{
	char path[64];
	int id, fd, r = 0;

	id = group_id(av[1]);
	if (id < 0)
		return skip("group not present");
	snprintf(path, sizeof(path), "/dev/vfio/%d", id);
	fd = open(path, O_RDWR);
	if (!find(GROUP, av[1]))
		return done(keep(GROUP, av[1], fd));
	/* a second time, which the kernel refuses; kept as nothing */
	if (fd < 0)
		r = -errno;
	else
		close(fd);
	return done(r);
}

static long c_close(char **av)
{
	struct file *g = find(GROUP, av[1]);

	return g ? done(drop(g)) : skip("group not open");
}

static long c_container(char **av)
{
	if (find(CONTAINER, av[1]))
		return skip("container open already");
	return done(keep(CONTAINER, av[1], open("/dev/vfio/vfio", O_RDWR)));
}

static long c_container_close(char **av)
{
	struct file *c = find(CONTAINER, av[1]);

	return c ? done(drop(c)) : skip("container not open");
}

static long c_set_container(char **av)
{
	struct file *g = find(GROUP, av[1]), *c = find(CONTAINER, av[2]);
	int r;

	if (!g || !c)
		return skip(g ? "container not open" : "group not open");
	r = sys(ioctl(g->fd, VFIO_GROUP_SET_CONTAINER, &c->fd));
	if (!r)
		g->attached = 1;
	return done(r);
}

/* vfio_set_iommufd G O: a context of iommufd in a container's place */
static long c_set_iommufd(char **av)
{
	struct file *g = find(GROUP, av[1]);
	int fd;

	if (!g)
		return skip("group not open");
	fd = iommufd_context(av[2]);
	return done(fd < 0 ? fd : sys(ioctl(g->fd, VFIO_GROUP_SET_CONTAINER, &fd)));
}

/* vfio_set_iommu_of O TYPE */
static long c_set_iommu_of(char **av)
{
	int fd = iommufd_context(av[1]);

	return done(fd < 0 ? fd : sys(ioctl(fd, VFIO_SET_IOMMU, strtol(av[2], NULL, 0))));
}

static long c_unset_container(char **av)
{
	struct file *g = find(GROUP, av[1]);
	int r;

	if (!g)
		return skip("group not open");
	r = sys(ioctl(g->fd, VFIO_GROUP_UNSET_CONTAINER));
	if (!r)
		g->attached = 0;
	return done(r);
}

static long c_set_iommu(char **av)
{
	struct file *c = find(CONTAINER, av[1]);

	if (!c)
		return skip("container not open");
	return done(sys(ioctl(c->fd, VFIO_SET_IOMMU, strtol(av[2], NULL, 0))));
}

/* Maps (or unmaps) a page at an address of the device's, as guest memory is. */
static long c_map(char **av)
{
	static char page[4096] __attribute__((aligned(4096)));
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (unsigned long)page,
		.iova = strtoull(av[2], NULL, 0),
		.size = sizeof(page),
	};
	struct file *c = find(CONTAINER, av[1]);

	if (!c)
		return skip("container not open");
	page[0] = 1;
	return done(sys(ioctl(c->fd, VFIO_IOMMU_MAP_DMA, &map)));
}

static long c_device_fd(char **av)
{
	struct file *g = find(GROUP, av[1]);
	char name[64];
	int fd;

	if (!g)
		return skip("group not open");
	if (find(DEVICE, av[2]))
		return skip("device open already");
	sysfs_name(av[2], name, sizeof(name));
	if (name[0] == '?')
		return bad("no such device");
	if (name[0] == '-')
		return skip("device not present");
	fd = ioctl(g->fd, VFIO_GROUP_GET_DEVICE_FD, name);
	return done(keep(DEVICE, av[2], fd));
}

static long c_device_close(char **av)
{
	struct file *d = find(DEVICE, av[1]);

	return d ? done(drop(d)) : skip("device not open");
}

/* Is a file of the device open that was got from its group's? */
int vfio_opened(const char *device)
{
	return find(DEVICE, device) != NULL;
}

static long c_device_reset(char **av)
{
	struct file *d = find(DEVICE, av[1]);

	return d ? done(sys(ioctl(d->fd, VFIO_DEVICE_RESET))) : skip("device not open");
}

/* Bits: 1 viable, 2 container set. */
static long c_status(char **av)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct file *g = find(GROUP, av[1]);
	int r;

	if (!g)
		return skip("group not open");
	r = sys(ioctl(g->fd, VFIO_GROUP_GET_STATUS, &status));
	return done(r < 0 ? r : (int)status.flags);
}

static const struct {
	const char *name;
	int args;
	int vfio;		/* needs the modules */
	long (*run)(char **av);
} commands[] = {
	{ "vfio_load", 0, 1, c_load },
	{ "vfio_open", 1, 1, c_open },
	{ "vfio_close", 1, 1, c_close },
	{ "vfio_container", 1, 1, c_container },
	{ "vfio_container_close", 1, 1, c_container_close },
	{ "vfio_set_container", 2, 1, c_set_container },
	{ "vfio_set_iommufd", 2, 1, c_set_iommufd },
	{ "vfio_set_iommu_of", 2, 1, c_set_iommu_of },
	{ "vfio_unset_container", 1, 1, c_unset_container },
	{ "vfio_set_iommu", 2, 1, c_set_iommu },
	{ "vfio_map", 2, 1, c_map },
	{ "vfio_device_fd", 2, 1, c_device_fd },
	{ "vfio_device_close", 1, 1, c_device_close },
	{ "vfio_device_reset", 1, 1, c_device_reset },
	{ "vfio_status", 1, 1, c_status },
	{ "sysbind", 2, 0, c_sysbind },
	{ "sysunbind", 1, 0, c_sysunbind },
};

/* Is the device's group in a container? */
static int contained(const char *device)
{
	char path[512], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", device);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return 0;
	link[n] = 0;
	for (int i = 0; i < nfile; i++)
		if (files[i].kind == GROUP && files[i].attached && strrchr(link, '/') &&
		    group_id(files[i].name) == atoi(strrchr(link, '/') + 1))
			return 1;
	return 0;
}

/*
 * The driver's removal waits for a device that is open; before v6.1 that of a group's last VFIO
 * device waits for the container too. Nobody is left who could close them.
 */
static int would_wait(char **av, int ac)
{
	static int old = -1;
	struct utsname un;
	char name[64];

	if (ac < 2 || (strcmp(av[0], "del") && strcmp(av[0], "unbind") &&
		       strcmp(av[0], "sysunbind")))
		return 0;
	if (find(DEVICE, av[1]))
		return 1;
	if (old < 0) {
		int major = 0, minor = 0;

		uname(&un);
		sscanf(un.release, "%d.%d", &major, &minor);
		old = major < 6 || (major == 6 && minor < 1);
	}
	if (!old || !nfile)
		return 0;
	sysfs_name(av[1], name, sizeof(name));
	return bound_to_vfio("pci", name) && contained(name) && vfio_devices(name) == 1;
}

long vfio_command(const char *line)
{
	static char copy[4096];
	char *av[8], *s = copy, *t;
	int ac = 0, r;

	snprintf(copy, sizeof(copy), "%s", line);
	while (ac < 7 && (t = strsep(&s, " \t")))
		if (*t)
			av[ac++] = t;
	if (!ac)
		return 0;
	if (ac > 1 && (!strcmp(av[0], "del") || !strcmp(av[0], "unbind") ||
		       !strcmp(av[0], "sysunbind"))) {
		const char *why = iommufd_holds(av[1]);

		if (why)
			return skip(why);
	}
	if (!strcmp(av[0], "iunreg") && iommufd_holds(NULL))
		return skip("bound to iommufd");
	if (would_wait(av, ac))
		return skip("device in use");
	if (!strcmp(av[0], "iommufd") && !access("/modules/iommufd.ko", R_OK))
		return done(0);
	for (const struct guest_command *c = iommufd_commands; c->name; c++) {
		if (strcmp(av[0], c->name))
			continue;
		if (ac <= c->args)
			return bad("arguments");
		if (access("/modules/iommufd.ko", R_OK))
			return nosys();
		r = load_all();
		if (r)
			return done(r);
		ask("unmanaged", 9);
		return c->run(av);
	}
	/* a driver of VFIO's that matches a device at once, or is bound without sysfs, must be there */
	if (ac > 2 && (!strcmp(av[0], "add") || !strcmp(av[0], "bind")) && !strncmp(av[2], "vfio", 4)) {
		r = load_all();
		return r == -ENOENT ? nosys() : r ? done(r) : 0;
	}
	for (unsigned int i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(av[0], commands[i].name))
			continue;
		if (ac <= commands[i].args)
			return bad("arguments");
		if (commands[i].vfio)
			ask("unmanaged", 9);	/* domains that users ask for */
		r = commands[i].vfio || (ac > 2 && !strncmp(av[2], "vfio", 4)) ? load_all() : 0;
		if (r == -ENOENT)
			return nosys();
		return r ? done(r) : commands[i].run(av);
	}
	return 0;
}
