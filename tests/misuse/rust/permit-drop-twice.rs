// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/permit-drop-twice.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Permit;

impl Permit {
    pub fn send(&self, _note: Box<Note>) {}
}

pub fn permit_drop_twice(room: Permit) {
    drop(room);
    drop(room);
}
