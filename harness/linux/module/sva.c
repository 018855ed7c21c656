// SPDX-License-Identifier: GPL-2.0-only
/* Devices that use the address space of a process (handles of the core's, v6.11 on). */
#include "dmao.h"
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#if defined(HAVE_SVA) && defined(HAVE_ATTACH_HANDLE)
/* What each bind gave. */
static struct bind {
	struct dmao_dev *od;
	struct iommu_sva *sva;
} held[64];
static int nheld;
/* Devices that were bound: the core may point to them when they have gone, so their memory stays. */
static struct device *kept[128];
static int nkept;

/* sva_bind D PID: the process whose memory it is, which the guest's program knows. */
static void c_sva_bind(char **av, int ac)
{
	struct iommu_sva *(*f)(struct device *dev, struct mm_struct *mm);
	struct task_struct *task = NULL;
	struct iommu_sva *sva;
	struct mm_struct *mm;
	struct dmao_dev *od;
	struct pid *pid;
	int nr;

	f = symbol("iommu_sva_bind_device");
	NEED(f);
	od = need_dev(av[1]);
	if (!od)
		return;
	pid = kstrtoint(av[2], 10, &nr) ? NULL : find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	mm = task ? get_task_mm(task) : NULL;
	if (task)
		put_task_struct(task);
	if (!mm || nheld >= ARRAY_SIZE(held) || nkept >= ARRAY_SIZE(kept)) {
		if (mm)
			mmput(mm);
		res_bad(mm ? "too many binds" : "no such process");
		return;
	}
	sva = f(od->dev, mm);
	mmput(mm);
	if (!IS_ERR(sva)) {
		held[nheld++] = (struct bind) { od, sva };
		kept[nkept++] = get_device(od->dev);
	}
	res_int(PTR_ERR_OR_ZERO(sva));
}

static void unbind(int i, void (*f)(struct iommu_sva *sva))
{
	struct bind b = held[i];

	memmove(held + i, held + i + 1, (--nheld - i) * sizeof(*held));
	f(b.sva);
}

static void c_sva_unbind(char **av, int ac)
{
	void (*f)(struct iommu_sva *sva) = symbol("iommu_sva_unbind_device");
	struct dmao_dev *od = find_dev(av[1]);
	int i;

	NEED(f);
	if (!od) {
		res_bad("no such device");
		return;
	}
	for (i = nheld - 1; i >= 0 && held[i].od != od; i--)
		;
	if (i < 0) {
		res_skip("not bound");
		return;
	}
	unbind(i, f);
	res_void();
}

/*
 * A bond whose device has left its group cannot be taken back: it stays for good, with the address
 * space, of which only the PASID is wanted again.
 */
void sva_clear(void)
{
	void (*f)(struct iommu_sva *sva) = symbol("iommu_sva_unbind_device");
	void (*free_pasid)(ioasid_t pasid) = symbol("iommu_free_global_pasid");
	bool lost = false;
	u32 pasid = 0;

	while (nheld) {
		struct iommu_sva *sva = held[nheld - 1].sva;

		if (sva->dev->iommu_group) {
			unbind(nheld - 1, f);
			continue;
		}
		lost = true;
		pasid = mm_get_enqcmd_pasid(sva->handle.domain->mm);
		nheld--;
	}
	if (lost && free_pasid)
		free_pasid(pasid);
	while (nkept)
		put_device(kept[--nkept]);
}

const struct command sva_commands[] = {
	{ "sva_bind", 2, c_sva_bind },
	{ "sva_unbind", 1, c_sva_unbind },
	{}
};
#else
void sva_clear(void)
{
}

static void c_nosys(char **av, int ac)
{
	res_str("nosys");
}

const struct command sva_commands[] = {
	{ "sva_bind", 1, c_nosys },
	{ "sva_unbind", 1, c_nosys },
	{}
};
#endif
