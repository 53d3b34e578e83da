// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/int-for-ref.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
#[derive(Clone, Copy)]
pub struct Ref(pub u64);
pub struct Me;

impl Me {
    pub fn send(&self, _to: Ref, _note: Box<Note>) {}
}

pub fn int_for_ref(me: &Me) {
    me.send(3, Box::new(Note { number: 1, text: [0; 24] }));
}
