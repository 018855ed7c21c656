/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GUEST_H
#define GUEST_H

extern char reply[1 << 17];

/* One command to the module; its answer is in reply, the length is returned. */
long ask(const char *line, size_t n);
int put(const char *path, const char *text);
long slurp(const char *path, char *buf, size_t n);

/* vfio.c: an answer in reply, or 0 where the command is not for it. */
long vfio_command(const char *line);
void vfio_reset(void);

#endif
