// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/missing-handler.c
pub struct Note { pub number: i32, pub text: [u8; 24] }
pub struct Office;
pub trait Message {}
pub trait Handle<M> {
    fn handle(&mut self, message: Box<M>);
}

fn register<A: Handle<T>, T>(_actor: A) {}

pub fn missing_handler(office: Office) {
    register::<Office, Note>(office);
}
