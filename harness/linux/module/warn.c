// SPDX-License-Identifier: GPL-2.0-only
/* WARNs are counted, not printed. */
#include "dmao.h"

static notrace noinline void __maybe_unused dmao_nop(void)
{
	barrier();
}

static int warn_pre(struct kprobe *p, struct pt_regs *regs)
{
	struct ev *e = ev_add(E_WARN);

#ifdef CONFIG_ARM
	e->a = (int)regs->ARM_r1;
	e->ip = regs->ARM_r2;
#else
	e->a = (int)regs->si;
	e->ip = regs->dx;
#endif
	/* Return at once from __warn(): no trace is printed, nothing else changes. */
#ifdef CONFIG_ARM
	regs->ARM_pc = regs->ARM_lr & ~1UL;
#else
	regs->ip = (unsigned long)dmao_nop;
#endif
	return 1;
}
NOKPROBE_SYMBOL(warn_pre);

#ifndef CONFIG_KPROBES_ON_FTRACE
/* its presence keeps the probe from being optimised: a jump could not leave the function */
static void warn_post(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(warn_post);
#endif

static struct kprobe kp_warn = {
	.symbol_name = "__warn",
	.pre_handler = warn_pre,
#ifndef CONFIG_KPROBES_ON_FTRACE
	.post_handler = warn_post,
#endif
};

int warn_init(void)
{
	return register_kprobe(&kp_warn);
}
