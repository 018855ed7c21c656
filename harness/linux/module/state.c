// SPDX-License-Identifier: GPL-2.0-only
/* The state of groups and devices, read from the core's private fields. */
#include "dmao.h"

static void odomptr(struct iommu_group *g, int off)
{
	struct iommu_domain *p;
	struct dmao_dom *d;

	if (off < 0) {
		oput("\"n/a\"");
		return;
	}
	p = FIELD(struct iommu_domain *, g, off);
	if (!p) {
		oput("null");
		return;
	}
	d = known_dom(p);
	if (d)
		oput("\"%s%s\"", dom_name(d), d->freed ? "!freed" : "");
	else
		oput("\"?\"");
}

int group_devcount(struct dmao_group *og)
{
	struct list_head *h, *p;
	int n = 0;

	if (!og->grp || off_devices < 0)
		return 0;
	h = &FIELD(struct list_head, og->grp, off_devices);
	list_for_each(p, h)
		n++;
	return n;
}

void o_state(void)
{
	bool first = true;
	int i;

	oput(",\"g\":{");
	for (i = 0; i < ngrp; i++) {
		struct dmao_group *og = &grps[i];
		struct iommu_group *g = og->grp;

		if (!g)
			continue;
		oput("%s\"%s\":{\"dom\":", first ? "" : ",", og->name);
		first = false;
		odomptr(g, off_domain);
		oput(",\"def\":");
		odomptr(g, off_default_domain);
		oput(",\"blk\":");
		odomptr(g, off_blocking_domain);
		oput(",\"ty\":");
		if (off_default_domain >= 0 &&
		    FIELD(struct iommu_domain *, g, off_default_domain))
			oname(type_class(FIELD(struct iommu_domain *, g,
					       off_default_domain)->type));
		else
			oput("null");
		if (off_owner_cnt >= 0)
			oput(",\"oc\":%u", FIELD(unsigned int, g, off_owner_cnt));
		if (off_owner >= 0) {
			char *o = FIELD(void *, g, off_owner);

			if (!o)
				oput(",\"ow\":null");
			else if (o >= owners && o < owners + MAXOWN)
				oput(",\"ow\":\"o%d\"", (int)(o - owners));
			else
				oput(",\"ow\":\"?\"");
		}
		if (off_pasid_array >= 0)
			oput(",\"pa\":%d",
			     !xa_empty(&FIELD(struct xarray, g, off_pasid_array)));
		oput(",\"dv\":[");
		if (off_devices >= 0 && off_gd_dev >= 0) {
			struct list_head *h = &FIELD(struct list_head, g, off_devices), *p;
			bool c = false;

			list_for_each(p, h) {
				struct device *dev =
					FIELD(struct device *, (char *)p - off_gd_list, off_gd_dev);
				struct dmao_dev *od = dev_of(dev);

				oput("%s\"%s\"", c ? "," : "", od ? od->name : "?");
				c = true;
			}
		}
		oput("]}");
	}
	oput("},\"d\":{");
	first = true;
	for (i = 0; i < ndev; i++) {
		struct dmao_dev *od = &devs[i];
		struct device *dev;
		int j;

		if (!od->dev)
			continue;
		dev = od->dev;
		oput("%s\"%s\":[", first ? "" : ",", od->name);
		first = false;
		if (od->cur)
			oput("\"%s%s\"", dom_name(od->cur), od->cur->freed ? "!freed" : "");
		else
			oput("null");
		oput(",");
		for (j = 0; j < ngrp; j++)
			if (dev->iommu_group && dev->iommu_group == grps[j].grp)
				break;
		oname(!dev->iommu_group ? NULL : j < ngrp ? grps[j].name : "?");
		oput(",");
		oname(drv_name(dev));
#ifdef CONFIG_ARM_DMA_USE_IOMMU
		{
			/* the mapping attached, and does the device have DMA operations? */
			struct dma_iommu_mapping *m = to_dma_iommu_mapping(dev);
			struct dmao_dom *d = m ? known_dom(m->domain) : NULL;

			oput(",");
			oname(!m ? NULL : d ? dom_name(d) : "?");
			oput(",%d", !!dev->dma_ops);
		}
#endif
		oput("]");
	}
	oput("}");
}
