// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's only program.  It loads dmao.ko, maps the memory shared with the
 * host (an ivshmem BAR: no driver needed, the same on every kernel), feeds the
 * command lines found there to /dev/dmao and puts the answers back, one line
 * each.  Lengths are published after the bytes, so what a crash leaves behind
 * is exactly what had been done.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define SHM_SIZE (64UL << 20)
#define IN_OFF 4096UL
#define OUT_OFF (8UL << 20)
#define MAGIC 0x4f524331u

struct header {
	volatile uint32_t magic;
	volatile uint32_t state;	/* 0 booting, 1 ready, 2 done, 3 failed */
	volatile uint64_t in_len;	/* written by the host */
	volatile uint64_t out_len;	/* written by the guest */
	volatile uint64_t lines;	/* lines taken so far, the current one included */
};

static void stop(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *what)
{
	dprintf(1, "dmao-init: %s: %s\n", what, strerror(errno));
	stop();
}

int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

long slurp(const char *path, char *buf, size_t n)
{
	int fd = open(path, O_RDONLY);
	long r;

	if (fd < 0)
		return -1;
	r = read(fd, buf, n - 1);
	close(fd);
	if (r >= 0)
		buf[r] = 0;
	return r;
}

static struct header *map_shared(void)
{
	DIR *d = opendir("/sys/bus/pci/devices");
	struct dirent *e;
	char p[512], b[32];

	if (!d)
		return NULL;
	while ((e = readdir(d))) {
		int fd;
		void *m;

		if (e->d_name[0] == '.')
			continue;
		snprintf(p, sizeof(p), "/sys/bus/pci/devices/%s/vendor", e->d_name);
		if (slurp(p, b, sizeof(b)) < 0 || strtoul(b, NULL, 16) != 0x1af4)
			continue;
		snprintf(p, sizeof(p), "/sys/bus/pci/devices/%s/device", e->d_name);
		if (slurp(p, b, sizeof(b)) < 0 || strtoul(b, NULL, 16) != 0x1110)
			continue;
		snprintf(p, sizeof(p), "/sys/bus/pci/devices/%s/enable", e->d_name);
		put(p, "1");
		/* ARM maps the plain one as device memory, where alignment matters */
		snprintf(p, sizeof(p), "/sys/bus/pci/devices/%s/resource2_wc", e->d_name);
		fd = open(p, O_RDWR);
		if (fd < 0) {
			snprintf(p, sizeof(p), "/sys/bus/pci/devices/%s/resource2", e->d_name);
			fd = open(p, O_RDWR);
		}
		if (fd < 0)
			return NULL;
		m = mmap(NULL, SHM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
		return m == MAP_FAILED ? NULL : m;
	}
	return NULL;
}

static int bench;
char reply[1 << 17];

long ask(const char *line, size_t n)
{
	long r = write(bench, line, n);

	if (r < 0)
		return snprintf(reply, sizeof(reply), "{\"bad\":\"write: %d\"}", errno);
	r = read(bench, reply, sizeof(reply) - 1);
	if (r < 0)
		r = 0;
	reply[r] = 0;
	return r;
}

/* "type GROUP WORD": the sysfs write is done here, as an administrator would. */
static long do_type(char *line)
{
	char cmd[64], path[64], grp[32] = "", word[32] = "";
	int r;

	sscanf(line, "type %31s %31s", grp, word);
	snprintf(cmd, sizeof(cmd), "gid %s", grp);
	ask(cmd, strlen(cmd));
	r = atoi(reply);
	if (r < 0)
		return snprintf(reply, sizeof(reply), "{\"skip\":\"group not present\"}");
	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%d/type", r);
	r = put(path, word);
	snprintf(cmd, sizeof(cmd), "result %d", r);
	return ask(cmd, strlen(cmd));
}

/* The process whose memory devices use; it goes with the script, and its PASID with it. */
static pid_t lender;

static long do_sva_bind(const char *line)
{
	char cmd[96];

	if (!lender) {
		lender = fork();
		while (!lender)
			pause();
	}
	snprintf(cmd, sizeof(cmd), "%.64s %d", line, (int)lender);
	return ask(cmd, strlen(cmd));
}

static void end_lender(void)
{
	if (lender > 0) {
		kill(lender, SIGKILL);
		waitpid(lender, NULL, 0);
	}
	lender = 0;
}

/*
 * Nothing to do.  A host that asks one script at a time is back within a
 * millisecond or two; to sleep then would cost as much as the script.
 */
static void rest(unsigned int turns)
{
	if (turns < 2000)
		sched_yield();
	else if (turns < 4000)
		usleep(50);
	else
		usleep(500);
}

int main(void)
{
	static char params[2048], line[4096];
	struct utsname un;
	struct header *h;
	char *in, *out;
	uint64_t pos = 0, opos = 0;
	unsigned int idle = 0;
	int fd;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
#ifdef __arm__
	mkdir("/debug", 0755);
	mount("debugfs", "/debug", "debugfs", 0, NULL);
#endif
	fd = open("/dev/console", O_RDWR);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	put("/proc/sys/kernel/hung_task_panic", "1");
	/* looked for each second, or a task that waits for ever would be found after up to twice as long */
	put("/proc/sys/kernel/hung_task_check_interval_secs", "1");
	put("/proc/sys/kernel/hung_task_timeout_secs", "6");
	h = map_shared();
	if (!h)
		die("shared memory");
	if (slurp("/params", params, sizeof(params)) < 0)
		die("params");
	fd = open("/dmao.ko", O_RDONLY);
	if (fd < 0 || syscall(SYS_finit_module, fd, params, 0))
		die("module");
	close(fd);
	bench = open("/dev/dmao", O_RDWR);
	if (bench < 0)
		die("/dev/dmao");
	uname(&un);
	in = (char *)h + IN_OFF;
	out = (char *)h + OUT_OFF;
	h->magic = MAGIC;
	h->state = 1;
	for (;;) {
		char *nl;
		size_t n;
		long r;

		if (pos >= h->in_len) {
			rest(idle++);
			continue;
		}
		nl = memchr(in + pos, '\n', h->in_len - pos);
		if (!nl) {
			usleep(100);
			continue;
		}
		idle = 0;
		n = nl - (in + pos);
		if (n >= sizeof(line))
			die("long line");
		memcpy(line, in + pos, n);
		line[n] = 0;
		pos += n + 1;
		h->lines++;
		if (!strcmp(line, "quit"))
			break;
		if (!strcmp(line, "rewind")) {
			/* all is answered; leave nothing that looks like a line */
			memset(in, 0, pos);
			memset(out, 0, opos);
			pos = opos = 0;
			h->out_len = 0;
			__sync_synchronize();
			h->in_len = 0;	/* tells the host */
			continue;
		}
#ifdef __arm__
		/* no bug table here: once-only WARNs are plain flags */
		if (!strcmp(line, "reset"))
			put("/debug/clear_warn_once", "1");
#endif
		if (!strcmp(line, "reset"))
			vfio_reset(), iommufd_reset();
		r = vfio_command(line);
		if (r)
			;	/* done */
		else if (!strncmp(line, "type ", 5))
			r = do_type(line);
		else if (!strncmp(line, "sva_bind ", 9))
			r = do_sva_bind(line);
		else if (!strcmp(line, "uname"))
			r = snprintf(reply, sizeof(reply),
				     "{\"release\":\"%s\",\"version\":\"%s\"}",
				     un.release, un.version);
		else
			r = ask(line, n);
		if (!strcmp(line, "reset"))
			end_lender();
		if (opos + r + 1 > SHM_SIZE - OUT_OFF)
			die("output full");
		memcpy(out + opos, reply, r);
		out[opos + r] = '\n';
		opos += r + 1;
		__sync_synchronize();
		h->out_len = opos;
	}
	h->state = 2;
	stop();
	return 0;
}
