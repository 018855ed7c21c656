// SPDX-License-Identifier: GPL-2.0-only
//! From a list of axes to their types, [`Rules`](super::Rules), [`Axis`](super::Axis) and the
//! [`Rulebook`](super::Rulebook)'s questions.

/// Axes with their variants, oldest first.
macro_rules! axes {
    ($($(#[$axis_doc:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)+ })+) => {
        $(
            $(#[$axis_doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name { #[default] $($(#[$doc])* $variant,)+ }

            impl $name {
                /// All variants, oldest first.
                pub const ALL: &'static [$name] = &[$($name::$variant),+];

                pub(in crate::engine::rules) const NAMES: &'static [&'static str] = &[$(stringify!($variant)),+];
            }
        )+
    };
}

/// All axes together.
macro_rules! rules {
    ($($field:ident: $name:ident,)+) => {
        /// The behaviour at one point of history: a variant of each axis. The default is v5.10's.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct Rules {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] pub $field: $name,)+
        }

        /// One axis of [`Rules`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Axis { $(#[doc = concat!("Of [`", stringify!($name), "`](super::", stringify!($name), ").")] $name,)+ }

        impl Axis {
            /// All axes.
            pub const ALL: &'static [Axis] = &[$(Axis::$name),+];

            /// Its name, such as `attach_gate`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Axis::$name => stringify!($field),)+ }
            }

            /// How many variants it has.
            #[must_use]
            pub fn variants(self) -> u8 {
                match self { $(Axis::$name => $name::ALL.len() as u8,)+ }
            }

            /// The name of a variant, such as `CurrentNotCore`; empty when there is no such variant.
            #[must_use]
            pub fn variant_name(self, variant: u8) -> &'static str {
                const NAMES: &[&[&str]] = &[$($name::NAMES),+];
                NAMES[self as usize].get(usize::from(variant)).copied().unwrap_or_default()
            }
        }

        impl Rules {
            /// The variant of an axis, as its position among the axis's variants.
            #[must_use]
            pub fn get(&self, axis: Axis) -> u8 {
                match axis { $(Axis::$name => self.$field as u8,)+ }
            }

            /// The same rules with another variant of one axis; unchanged when there is no such variant.
            #[must_use]
            pub fn with(mut self, axis: Axis, variant: u8) -> Rules {
                match axis {
                    $(Axis::$name => {
                        if let Some(variant) = $name::ALL.get(usize::from(variant)) {
                            self.$field = *variant;
                        }
                    })+
                }
                self
            }
        }

        impl Rulebook {
            $(
                #[inline]
                pub(in crate::engine) fn $field(&self) -> $name {
                    self.look_at(Axis::$name);
                    self.rules.$field
                }
            )+
        }
    };
}

pub(super) use {axes, rules};
