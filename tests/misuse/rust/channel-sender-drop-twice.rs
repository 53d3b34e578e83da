// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-sender-drop-twice.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_sender_drop_twice(out: &Sender<Box<Note>>) {
    let other = out.clone();
    drop(other);
    drop(other);
}
