# SPDX-License-Identifier: GPL-2.0-only
# What the configuration would have said.
ccflags-y += -DCONFIG_IOMMUFD=1 -DCONFIG_IOMMUFD_MODULE=1 -DCONFIG_IOMMUFD_DRIVER_CORE=1
ccflags-y += -DCONFIG_INTERVAL_TREE_SPAN_ITER=1 -DCONFIG_VFIO_DEVICE_CDEV=1
