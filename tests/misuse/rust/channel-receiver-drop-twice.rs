// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-receiver-drop-twice.c
use std::sync::mpsc::Receiver;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_receiver_drop_twice(other: Receiver<Box<Note>>) {
    drop(other);
    drop(other);
}
