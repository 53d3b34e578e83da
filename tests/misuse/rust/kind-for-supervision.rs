// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/kind-for-supervision.c
pub struct Kind;
pub struct Supervision;
pub struct Me;

impl Me {
    pub fn spawn_supervised(&self, _kind: &Kind, _supervision: Option<&Supervision>) -> i32 { 0 }
}

pub fn kind_for_supervision(me: &Me, kind: &Kind) -> i32 {
    me.spawn_supervised(kind, Some(kind))
}
