// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/missing-start.c
pub trait Actor {
    fn start(&mut self);
}

pub struct Office;

impl Actor for Office {}
