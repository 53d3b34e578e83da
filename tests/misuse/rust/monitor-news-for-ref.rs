// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/monitor-news-for-ref.c
#[derive(Clone, Copy)]
pub struct Ref(pub u64);
pub struct Down { pub who: Ref, pub code: i32 }
pub struct Keeper { pub store: Ref }
pub struct Me;

impl Me {
    pub fn monitor(&self, _who: Ref) -> i32 { 0 }
}

pub fn on_down(me: &Me, keeper: &mut Keeper, down: Box<Down>) {
    keeper.store = down.who;
    me.monitor(down);
}
