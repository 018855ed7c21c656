#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage: features.sh <include/linux of the kernel>; prints -DHAVE_... flags.
flat() { tr -s '\n\t ' '   ' < "$1"; }
has() { flat "$dir/iommu.h" | grep -Eq "$2" && echo "-DHAVE_$1"; }
dir=$1
has DOMAIN_OPS '^.*struct iommu_domain_ops \{'
has DEFERRED_DOM '\(\*is_attach_deferred\)\(struct iommu_domain'
has BUS_SET 'int bus_set_iommu\(struct bus_type'
has REGISTER_OPS 'int iommu_device_register\(struct iommu_device \*iommu, const struct iommu_ops'
has PUT_RESV 'void \(\*put_resv_regions\)\('
has OPS_PGSIZE 'default_domain_ops; unsigned long pgsize_bitmap;|unsigned long pgsize_bitmap; struct module \*owner;'
has PLATFORM_OPS 'void \(\*set_platform_dma_ops\)\('
has XLATE_CONST '\(\*of_xlate\)\(struct device \*dev, const'
has DETACH_DEV 'void \(\*detach_dev\)\(struct iommu_domain'
has ATTACH_OLD '\(\*attach_dev\)\(struct iommu_domain \*domain, struct device \*dev,'
# where it is conditional, only one PowerPC driver still has it
# and in 6.13 and 6.14 it is asked for identity domains only
grep -q 'IS_ENABLED(CONFIG_FSL_PAMU)' "$dir/iommu.h" ||
	if grep -q '(\*domain_alloc_paging_flags)' "$dir/iommu.h"; then echo -DHAVE_DOMAIN_ALLOC_IDN
	else has DOMAIN_ALLOC '\(\*domain_alloc\)\(unsigned'; fi
has ALLOC_FLAGS '\(\*domain_alloc_paging_flags\)\( struct device \*dev, u32 flags'
has ALLOC_ERRPTR '\(\*domain_alloc_paging\)\(struct device'
has IDENTITY_DOMAIN 'struct iommu_domain \*identity_domain'
has BLOCKED_DOMAIN 'struct iommu_domain \*blocked_domain'
has RELEASE_DOMAIN 'struct iommu_domain \*release_domain'
has DEFAULT_DOMAIN 'struct iommu_domain \*default_domain'
has DOMAIN_OWNER 'const struct iommu_ops \*owner;'
has SET_DEV_PASID '\(\*set_dev_pasid\)\('
has SET_DEV_PASID_OLD '\(\*set_dev_pasid\)\([^)]*struct iommu_domain \*old'
has REMOVE_DEV_PASID '\(\*remove_dev_pasid\)\('
has REMOVE_DEV_PASID_DOM '\(\*remove_dev_pasid\)\([^)]*struct iommu_domain \*domain'
has PASID_HANDLE 'int iommu_attach_device_pasid\([^)]*struct iommu_attach_handle'
has ATTACH_HANDLE 'struct iommu_attach_handle \{'
has SVA 'struct iommu_sva \*iommu_sva_bind_device\(struct device \*dev, struct mm_struct \*mm\)'
has ALLOC_SVA '\(\*domain_alloc_sva\)\('
has RESV_GFP 'iommu_alloc_resv_region\([^)]*gfp_t'
has CAP_DEV 'bool \(\*capable\)\(struct device'
has CAP_DEFERRED 'IOMMU_CAP_DEFERRED_FLUSH'
has MAX_PASIDS 'u32 max_pasids;'
has DEV_MAX_PASIDS 'struct dev_iommu \{[^}]*max_pasids'
has PLATFORM_TYPE 'define IOMMU_DOMAIN_PLATFORM'
has SETUP_DMA_OPS 'void iommu_setup_dma_ops\(struct device \*dev, u64 dma_base, u64'
grep -q 'const struct iommu_ops \*iommu_ops;' "$dir/device/bus.h" && echo -DHAVE_BUS_IOMMU_OPS
grep -q device_set_driver_override "$dir/device.h" && echo -DHAVE_SET_OVERRIDE
grep -q IRQ_DOMAIN_FLAG_ISOLATED_MSI "$dir/irqdomain.h" && echo -DHAVE_ISOLATED_MSI
if [ -e "$dir/iommufd.h" ]; then
	echo -DHAVE_IOMMUFD
	flat "$dir/iommufd.h" | grep -q 'iommufd_device_attach(struct iommufd_device \*idev, ioasid_t' &&
		echo -DHAVE_IOMMUFD_PASID
fi
grep -q driver_managed_dma "$dir/platform_device.h" && echo -DHAVE_MANAGED_DMA
arm=$dir/../../arch/arm/include/asm/dma-iommu.h
grep -q 'arm_iommu_create_mapping(struct device' "$arm" 2>/dev/null && echo -DHAVE_MAPPING_DEV
exit 0
