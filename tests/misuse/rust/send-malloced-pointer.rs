// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-malloced-pointer.c
use std::alloc::{alloc, Layout};
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_malloced_pointer(to: &Sender<Box<Note>>) {
    let note = unsafe { alloc(Layout::new::<Note>()) } as *mut Note;
    let _ = to.send(note);
}
