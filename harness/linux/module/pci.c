// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI devices: of a fixed topology that QEMU makes (see README.md). They are taken off their bus
 * when the module starts; a script's "add" scans for one again, so that all of the driver core's
 * and the IOMMU core's notifications run as they do for a hot-plugged device.
 */
#include "dmao.h"

#ifdef CONFIG_PCI
struct pci_place {
	const char *name;
	u8 port;		/* the bridge on bus 0 it is behind, 0: none */
	u8 devfn;
	bool bridge;
};

static const struct pci_place places[] = {
	{ "ep0", 0, PCI_DEVFN(0x10, 0) },
	{ "ep1", 0, PCI_DEVFN(0x11, 0) },
	{ "mf0", 0, PCI_DEVFN(0x12, 0) },
	{ "mf1", 0, PCI_DEVFN(0x12, 1) },
	{ "mf2", 0, PCI_DEVFN(0x12, 2) },
	{ "rp0", 0, PCI_DEVFN(0x13, 0), true },
	{ "ats0", PCI_DEVFN(0x13, 0), PCI_DEVFN(0, 0) },
	{ "rp1", 0, PCI_DEVFN(0x14, 0), true },
	{ "ats1", PCI_DEVFN(0x14, 0), PCI_DEVFN(0, 0) },
	{ "ats2", PCI_DEVFN(0x14, 0), PCI_DEVFN(0, 1) },
	{ "br", 0, PCI_DEVFN(0x15, 0), true },
	{ "br0", PCI_DEVFN(0x15, 0), PCI_DEVFN(1, 0) },
	{ "br1", PCI_DEVFN(0x15, 0), PCI_DEVFN(2, 0) },
};

static const struct pci_device_id none[] = { {} };

static int dmao_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return drv_probe(&pdev->dev);
}

struct pci_driver drv_pci_kdma = {
	.name = "dmao_pci_kdma",
	.id_table = none,	/* by driver_override only */
	.probe = dmao_pci_probe,
};
struct pci_driver drv_pci_user = {
	.name = "dmao_pci_user",
	.id_table = none,
	.probe = dmao_pci_probe,
#ifdef HAVE_MANAGED_DMA
	.driver_managed_dma = true,
#endif
};

/*
 * The kernel's pci-stub is a module that no guest has: this is what it is to the core and to VFIO, a
 * driver of that name that leaves DMA alone and does nothing.
 */
static int stub_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return 0;
}

static struct pci_driver drv_pci_stub = {
	.name = "pci-stub",
	.id_table = none,
	.probe = stub_probe,
#ifdef HAVE_MANAGED_DMA
	.driver_managed_dma = true,
#endif
};

const struct pci_place *pci_place_by(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (!strcmp(places[i].name, name))
			return &places[i];
	return NULL;
}

static struct pci_bus *bus_of(const struct pci_place *p)
{
	struct pci_bus *root = pci_find_bus(0, 0), *bus;
	struct pci_dev *port;

	if (!root || !p->port)
		return root;
	port = pci_get_slot(root, p->port);
	bus = port ? port->subordinate : NULL;
	pci_dev_put(port);
	return bus;
}

/* Does this device sit there? */
bool pci_is_at(struct device *dev, const struct pci_place *p)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	struct pci_dev *port = pdev->bus->self;

	return pdev->devfn == p->devfn && pci_domain_nr(pdev->bus) == 0 &&
	       (p->port ? port && port->devfn == p->port && pci_is_root_bus(port->bus) :
		pci_is_root_bus(pdev->bus));
}

static int set_override(struct device *dev, const char *name)
{
#ifdef HAVE_SET_OVERRIDE
	return device_set_driver_override(dev, name);
#else
	struct pci_dev *pdev = to_pci_dev(dev);
	char *copy = kstrdup(name, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	kfree(pdev->driver_override);
	pdev->driver_override = copy;
	return 0;
#endif
}

/* The driver of that name. */
static struct device_driver *pci_drv(const char *n)
{
	return !strcmp(n, "kdma") ? &drv_pci_kdma.driver :
	       !strcmp(n, "user") ? &drv_pci_user.driver :
	       driver_find(n, &pci_bus_type);
}

/* The driver of that name, made to match the device until pci_match_again(). */
struct device_driver *pci_drv_by(struct dmao_dev *od, const char *n)
{
	struct device_driver *drv = pci_drv(n);

	return drv && !set_override(od->dev, drv->name) ? drv : NULL;
}

/*
 * What matches the device from now on is what it came with: probes that were put off are tried
 * with it. "none": nothing does, virtio-pci and pcieport neither.
 */
void pci_match_again(struct dmao_dev *od)
{
	struct device_driver *drv = od->driver[0] ? pci_drv(od->driver) : NULL;

	set_override(od->dev, drv ? drv->name : "none");
}

/*
 * A bridge stays on its bus, for what is behind it: the IOMMU core alone is told that it came or
 * went.
 */
static void tell_core(struct device *dev, bool came)
{
	int (*f)(struct notifier_block *nb, unsigned long action, void *data);

	f = symbol("iommu_bus_notifier");
	if (f)
		f(NULL, came ? BUS_NOTIFY_ADD_DEVICE : BUS_NOTIFY_REMOVED_DEVICE, dev);
}

/* A bridge is on its bus all the time: not "added" it is no device of the script. */
bool pci_is_idle_bridge(const struct dmao_dev *od)
{
	return od->place && od->place->bridge && !od->dev;
}

/* Its memory stays where it was: to go through the whole bus takes longer than all the rest. */
static void give_memory(struct pci_dev *pdev)
{
	int __maybe_unused r;
	int i;

	for (i = 0; i <= PCI_ROM_RESOURCE; i++) {
		struct resource *res = &pdev->resource[i];

		if (res->flags && !res->parent && (!res->start || pci_claim_resource(pdev, i)))
			r = pci_assign_resource(pdev, i);
	}
}

int pci_insert(struct dmao_dev *od, const char *drv)
{
	struct pci_bus *bus = bus_of(od->place);
	struct pci_dev *pdev;
	int __maybe_unused r;

	if (!bus)
		return -ENXIO;
	strscpy(od->driver, drv ?: "", sizeof(od->driver));
	if (od->place->bridge) {
		pdev = pci_get_slot(bus, od->place->devfn);
		if (!pdev)
			return -ENXIO;
		pdev->untrusted = od->untrusted;
		od->dev = &pdev->dev;
		tell_core(od->dev, true);
		pci_match_again(od);
		if (drv)
			r = device_attach(od->dev);
		return 0;	/* whatever became of the driver, as for any device */
	}
	pci_lock_rescan_remove();
	/* as one that was plugged in; with memory on, each look at its size has QEMU map it anew */
	pci_bus_write_config_word(bus, od->place->devfn, PCI_COMMAND, 0);
	pdev = pci_scan_single_device(bus, od->place->devfn);
	if (pdev) {
		pci_dev_get(pdev);
		/* no reset but its own, whoever shares its bus just now */
		pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
		if (PCI_FUNC(pdev->devfn))
			pdev->multifunction = 1;	/* as a scan of the slot does */
		give_memory(pdev);
		od->dev = &pdev->dev;
		pci_match_again(od);
		pci_bus_add_device(pdev);
	}
	pci_unlock_rescan_remove();
	return pdev ? 0 : -ENXIO;
}

void pci_delete(struct dmao_dev *od)
{
	struct pci_dev *pdev = to_pci_dev(od->dev);

	if (od->place->bridge) {
		od->driver[0] = 0;
		pci_match_again(od);
		device_release_driver(od->dev);	/* a script may have bound one */
		tell_core(od->dev, false);
	} else {
		pci_stop_and_remove_bus_device_locked(pdev);
	}
	od->dev = NULL;
	pci_dev_put(pdev);
}

/* The core's own choice of a group; it gets a name of ours. */
struct iommu_group *acs_group(struct dmao_dev *od, struct device *dev)
{
	struct iommu_group *g = pci_device_group(dev);
	struct dmao_group *og = od->acs_group;
	char name[NAMELEN];
	int i;

	if (IS_ERR(g))
		return g;
	for (i = 0; i < ngrp; i++)
		if (grps[i].grp == g) {
			od->acs_group = &grps[i];
			return g;
		}
	if (!og || og->grp) {
		for (i = 0; i < MAXGRP; i++) {
			snprintf(name, sizeof(name), "acs%d", i);
			if (!find_grp(name, false))
				break;
		}
		og = find_grp(name, true);
		if (!og)
			return g;
	}
	od->acs_group = og;
	ev_add(E_GNEW)->grp = og;
	iommu_group_set_iommudata(g, og, dmao_group_gone);
	og->grp = g;
	return g;
}

/* A device's port would say so before the IOMMU core looks; here, the script does. */
static int came(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;
	int i;

	if (action != BUS_NOTIFY_ADD_DEVICE)
		return NOTIFY_DONE;
	for (i = 0; i < ndev; i++)
		if (devs[i].place && pci_is_at(dev, devs[i].place))
			to_pci_dev(dev)->untrusted = devs[i].untrusted;
	return NOTIFY_DONE;
}

static struct notifier_block first = {
	.notifier_call = came,
	.priority = INT_MAX,
};

int pci_world_init(void)
{
	int i, r = bus_register_notifier(&pci_bus_type, &first) ?:
		   pci_register_driver(&drv_pci_kdma) ?: pci_register_driver(&drv_pci_user);

	if (!r && !driver_find(drv_pci_stub.name, &pci_bus_type))
		r = pci_register_driver(&drv_pci_stub);
	for (i = 0; !r && i < ARRAY_SIZE(places); i++) {
		struct pci_bus *bus = bus_of(&places[i]);
		struct pci_dev *pdev;

		pdev = bus ? pci_get_slot(bus, places[i].devfn) : NULL;
		if (!pdev)
			continue;
		if (places[i].bridge)	/* the core WARNs where a driver was first */
			device_release_driver(&pdev->dev);
		else
			pci_stop_and_remove_bus_device_locked(pdev);
		pci_dev_put(pdev);
	}
	return r;
}

static struct dmao_dev *need_pci(const char *n)
{
	struct dmao_dev *od = need_dev(n);

	if (od && !od->place) {
		res_skip("not a PCI device");
		return NULL;
	}
	return od;
}

static void c_pcireset(char **av, int ac)
{
	struct dmao_dev *od = need_pci(av[1]);

	if (od)
		res_int(pci_reset_function(to_pci_dev(od->dev)));
}

/* What a driver is told that its device is attached to. */
static void c_drvdom(char **av, int ac)
{
	struct iommu_domain *(*f)(struct device *dev) = symbol("iommu_driver_get_domain_for_dev");
	struct dmao_dev *od = need_dev(av[1]);

	if (!od)
		return;
	NEED(f);
	if (!od->dev->iommu_group)
		res_skip("device has no group");
	else
		res_dom(f(od->dev));
}

static void c_resetprep(char **av, int ac)
{
	int (*f)(struct pci_dev *pdev) = symbol("pci_dev_reset_iommu_prepare");
	struct dmao_dev *od = need_pci(av[1]);

	if (!od)
		return;
	NEED(f);
	res_int(f(to_pci_dev(od->dev)));
}

static void c_resetdone(char **av, int ac)
{
	void (*f)(struct pci_dev *pdev) = symbol("pci_dev_reset_iommu_done");
	struct dmao_dev *od = need_pci(av[1]);

	if (!od)
		return;
	NEED(f);
	f(to_pci_dev(od->dev));
	res_void();
}
#else
const struct pci_place *pci_place_by(const char *name) { return NULL; }
bool pci_is_at(struct device *dev, const struct pci_place *p) { return false; }
struct device_driver *pci_drv_by(struct dmao_dev *od, const char *n) { return NULL; }
void pci_match_again(struct dmao_dev *od) { }
int pci_insert(struct dmao_dev *od, const char *drv) { return -ENXIO; }
void pci_delete(struct dmao_dev *od) { }
bool pci_is_idle_bridge(const struct dmao_dev *od) { return false; }
struct iommu_group *acs_group(struct dmao_dev *od, struct device *dev) { return ERR_PTR(-ENXIO); }
int pci_world_init(void) { return 0; }
#endif

const struct command pci_commands[] = {
#ifdef CONFIG_PCI
	{ "drvdom", 1, c_drvdom },
	{ "pcireset", 1, c_pcireset },
	{ "resetprep", 1, c_resetprep },
	{ "resetdone", 1, c_resetdone },
#endif
	{}
};
