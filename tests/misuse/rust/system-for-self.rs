// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/system-for-self.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
#[derive(Clone, Copy)]
pub struct Ref(pub u64);
pub struct Me;

impl Me {
    pub fn send(&self, _to: Ref, _note: Box<Note>) {}
}
pub struct System;

pub fn system_for_self(system: &System, to: Ref) {
    Me::send(system, to, Box::new(Note { number: 1, text: [0; 24] }));
}
