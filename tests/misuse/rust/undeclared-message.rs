// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/undeclared-message.c
pub trait Message {}
pub struct Letter;
pub struct To;

impl To {
    pub fn send<M: Message>(&self, _message: M) {}
}

pub fn undeclared_message(to: &To) {
    to.send(Letter);
}
