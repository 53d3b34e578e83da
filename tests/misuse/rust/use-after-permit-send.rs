// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-permit-send.c
pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Permit;

impl Permit {
    pub fn send(&self, _note: Box<Note>) {}
}

pub fn use_after_permit_send(room: &Permit) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    room.send(note);
    note.number
}
