// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-clone-and-ignore.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_clone_and_ignore(out: &Sender<Box<Note>>) {
    out.clone();
}
