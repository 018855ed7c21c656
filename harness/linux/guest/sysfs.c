// SPDX-License-Identifier: GPL-2.0-only
/* What user space does with devices in sysfs, and the answers of commands that are its own. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guest.h"

long done(int r)
{
	char line[32];

	snprintf(line, sizeof(line), "result %d", r);
	return ask(line, strlen(line));
}

/* What the step did and the state after it, with another word in place of the result. */
static long instead(const char *word, const char *text)
{
	char head[96];
	size_t at, n;

	done(0);
	at = strcspn(reply, ",");
	n = snprintf(head, sizeof(head), "{\"%s\":\"%s\"", word, text);
	memmove(reply + n, reply + at, strlen(reply + at) + 1);
	memcpy(reply, head, n);
	return strlen(reply);
}

long skip(const char *why)
{
	return instead("skip", why);
}

long bad(const char *what)
{
	return instead("bad", what);
}

long nosys(void)
{
	return instead("r", "nosys");
}

int sys(long r)
{
	return r < 0 ? -errno : r;
}

int group_id(const char *name)
{
	char line[64];

	snprintf(line, sizeof(line), "gid %s", name);
	ask(line, strlen(line));
	return atoi(reply);
}

/* The name in sysfs; "-" if the device is not there, "?" if there is none of that name. */
void sysfs_name(const char *dev, char *buf, size_t n)
{
	char line[64];

	snprintf(line, sizeof(line), "name %s", dev);
	ask(line, strlen(line));
	snprintf(buf, n, "%.*s", (int)n - 1, reply);
}

static const char *bus_of(const char *device)
{
	return strchr(device, ':') ? "pci" : "platform";
}

long c_sysbind(char **av)
{
	const char *bus, *drv = av[2];
	char name[64], path[192], bind[192], matched[64];
	int r;

	sysfs_name(av[1], name, sizeof(name));
	if (name[0] == '?')
		return bad("no such device");
	if (name[0] == '-')
		return skip("device not present");
	bus = bus_of(name);
	if (!strcmp(drv, "kdma"))
		drv = !strcmp(bus, "pci") ? "dmao_pci_kdma" : "dmao_kdma";
	else if (!strcmp(drv, "user"))
		drv = !strcmp(bus, "pci") ? "dmao_pci_user" : "dmao_user";
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver_override", bus, name);
	if (slurp(path, matched, sizeof(matched)) <= 0)
		matched[0] = '(';
	r = put(path, drv);
	snprintf(bind, sizeof(bind), "/sys/bus/%s/drivers/%s/bind", bus, drv);
	if (!r)
		r = put(bind, name);
	/* a probe that was put off is tried again by what the device came with */
	put(path, matched[0] == '(' ? "\n" : matched);
	return done(r);
}

long c_sysunbind(char **av)
{
	char name[64], path[192];

	sysfs_name(av[1], name, sizeof(name));
	if (name[0] == '?')
		return bad("no such device");
	if (name[0] == '-')
		return skip("device not present");
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver/unbind", bus_of(name), name);
	return done(put(path, name));
}

int bound_to_vfio(const char *bus, const char *device)
{
	char path[512], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver", bus, device);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return 0;
	link[n] = 0;
	return !strcmp(strrchr(link, '/') ? strrchr(link, '/') + 1 : link, "vfio-pci");
}

int vfio_devices(const char *device)
{
	char path[512];
	struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/devices", device);
	d = opendir(path);
	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.' && bound_to_vfio("pci", e->d_name);
	if (d)
		closedir(d);
	return n;
}
