/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>

extern char reply[1 << 17];

/* One command to the module; its answer is in reply, the length is returned. */
long ask(const char *line, size_t n);
int put(const char *path, const char *text);
long slurp(const char *path, char *buf, size_t n);

/* sysfs.c: answers in reply, their length is returned. */
long done(int r);
long skip(const char *why);
long bad(const char *what);
long nosys(void);
int sys(long r);
int group_id(const char *name);
void sysfs_name(const char *dev, char *buf, size_t n);
int bound_to_vfio(const char *bus, const char *device);
int vfio_devices(const char *device);
long c_sysbind(char **av);
long c_sysunbind(char **av);

struct guest_command {
	const char *name;
	int args;
	long (*run)(char **av);
};

/* iommufd.c, ended by an empty entry */
extern const struct guest_command iommufd_commands[];
const char *iommufd_holds(const char *device);
void iommufd_reset(void);
int iommufd_context(const char *name);

/* vfio.c: an answer in reply, or 0 where the command is not for it. */
long vfio_command(const char *line);
void vfio_reset(void);
int vfio_opened(const char *device);

#endif
