// SPDX-License-Identifier: GPL-2.0-only
/* The device that commands are written to. */
#include "dmao.h"

static const struct command *find(const struct command *c, const char *name)
{
	for (; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/* Probes that were put off and that this step set off belong to it. */
static void settle(void)
{
	wait_for_device_probe();
	wait_for_device_probe();
	wait_for_device_probe();
}

static void run(char **av, int ac)
{
	static const struct command * const tables[] = {
		world_commands, core_commands, dma_commands, pci_commands,
		handle_commands, sva_commands, iommufd_commands, arm_commands,
	};
	const struct command *c = find(setup_commands, av[0]);
	bool quiet = c;
	int i;

#ifndef HAVE_DOMAIN_ALLOC
	/* the last two go with what user space asks iommufd */
	iommufd_asks = !strncmp(av[0], "ifd_", 4) || !strcmp(av[0], "ctx") || !strcmp(av[0], "hwpt");
	/* without IOMMU_DMA there are no others */
	want_unmanaged = IS_ENABLED(CONFIG_ARM_DMA_USE_IOMMU) || !strcmp(av[0], "alloc") ||
			 !strcmp(av[0], "claim") || !strcmp(av[0], "dclaim") || iommufd_asks ||
			 !strcmp(av[0], "resetprep") || !strcmp(av[0], "pcireset");
#endif
	for (i = 0; !c && i < ARRAY_SIZE(tables); i++)
		c = find(tables[i], av[0]);
	oput("{");
	if (!c && !strncmp(av[0], "arm_", 4) && !arm_commands->name)
		res_str("nosys");
	else if (!c)
		res_bad("command");
	else if (ac <= c->args)
		res_bad("arguments");
	else
		c->run(av, ac);
	settle();
	o_events();
	if (!quiet)
		o_state();
	oput("}");
}

static ssize_t dmao_write(struct file *f, const char __user *u, size_t len, loff_t *pos)
{
	char *av[16], *s, *t, *buf;
	int ac = 0;

	if (len > 4000)
		return -EINVAL;
	buf = memdup_user_nul(u, len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	s = strim(buf);
	while ((t = strsep(&s, " \t\n")) && ac < ARRAY_SIZE(av))
		if (*t)
			av[ac++] = t;
	outlen = 0;
	if (!ac) {
		oput("{\"bad\":\"empty\"}");
	} else if (!strcmp(av[0], "gid")) {
		/* helper for user space, which does the sysfs writes itself */
		struct dmao_group *og = find_grp(ac > 1 ? av[1] : NULL, false);

		oput("%d", og && og->grp ? iommu_group_id(og->grp) : -1);
	} else if (!strcmp(av[0], "name")) {
		/* another: what the device is called in sysfs */
		struct dmao_dev *od = find_dev(ac > 1 ? av[1] : NULL);

		oput("%s", !od ? "?" : od->dev ? dev_name(od->dev) : "-");
	} else if (!strcmp(av[0], "unmanaged")) {
		/* what comes next from user space allocates such domains */
#ifndef HAVE_DOMAIN_ALLOC
		want_unmanaged = true;
		iommufd_asks = true;
#endif
		user_maps = true;
		oput("{}");
	} else if (!strcmp(av[0], "calm")) {
		/* from here on nothing fails that a script wanted to */
		nrule = 0;
		set_deny("");
		oput("{}");
	} else if (!strcmp(av[0], "iommufd_drop")) {
		iommufd_drop(ac > 1 ? av[1] : NULL);
		oput("{}");
	} else if (!strcmp(av[0], "result")) {
		oput("{\"r\":%s,", ac > 1 ? av[1] : "null");
		settle();
#ifndef HAVE_DOMAIN_ALLOC
		iommufd_asks = false;
#endif
		o_events();
		o_state();
		oput("}");
	} else if (!strcmp(av[0], "reset")) {
		oput("{");
		do_reset();
		oput("}");
	} else {
		run(av, ac);
	}
	kfree(buf);
	return len;
}

static ssize_t dmao_read(struct file *f, char __user *u, size_t len, loff_t *pos)
{
	size_t n = min(len, outlen);

	if (copy_to_user(u, out, n))
		return -EFAULT;
	return n;
}

static const struct file_operations dmao_fops = {
	.owner = THIS_MODULE,
	.write = dmao_write,
	.read = dmao_read,
};
static struct miscdevice dmao_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmao",
	.fops = &dmao_fops,
};

static int __init dmao_init(void)
{
	struct platform_device *hw;
	int r;

	out = vzalloc(OUTSZ);
	if (!out)
		return -ENOMEM;
	r = symbols_init();
	if (r)
		return r;
	maps_clear();
	r = warn_init();
	if (r)
		pr_err("dmao: cannot watch WARNs: %d\n", r);
	hw = platform_device_register_simple("dmao-hw", -1, NULL, 0);
	if (IS_ERR(hw))
		return PTR_ERR(hw);
	r = iommu_device_sysfs_add(&dmao_iommu, &hw->dev, NULL, "dmao");
	if (!r)
		r = arm_init();
	if (r)
		return r;
#ifdef HAVE_MAX_PASIDS
	dmao_iommu.max_pasids = 1 << 16;
#endif
	defaults();
	set_deny("");
	r = do_register();
	if (!r)
		r = world_init();
	if (!r)
		r = misc_register(&dmao_misc);
	return r;
}

module_init(dmao_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("mock IOMMU driver for testing the IOMMU core");
