// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/attach-descriptor-as-thing.c
pub struct Thing;
pub struct Me;

impl Me {
    pub fn attach(&self, _what: Box<Thing>) -> i32 { 0 }
}

pub fn attach_descriptor_as_thing(me: &Me, descriptor: i32) -> i32 {
    me.attach(descriptor)
}
