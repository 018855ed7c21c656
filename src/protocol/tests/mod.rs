// SPDX-License-Identifier: GPL-2.0-only
//! Everything that the project has goes through the protocol and comes back.

mod document;
mod mistakes;
mod record;
mod round_trip;
