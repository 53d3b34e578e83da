// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-recv-and-ignore.c
use std::sync::mpsc::Receiver;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_recv_and_ignore(from: &Receiver<Box<Note>>) {
    from.recv();
}
