// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/permit-use-after-drop.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Permit;

impl Permit {
    pub fn send(&self, _note: Box<Note>) {}
}

pub fn permit_use_after_drop(room: Permit) {
    drop(room);
    room.send(Box::new(Note { number: 1, text: [0; 24] }));
}
