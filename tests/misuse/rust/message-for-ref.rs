// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/message-for-ref.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
#[derive(Clone, Copy)]
pub struct Ref(pub u64);
pub struct Me;

impl Me {
    pub fn send(&self, _to: Ref, _note: Box<Note>) {}
}

pub fn message_for_ref(me: &Me, to: Ref, note: Box<Note>) {
    me.send(note, to);
}
