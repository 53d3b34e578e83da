// SPDX-License-Identifier: BSD-2-Clause
//! channels ROW CORES COUNT PEER - one row about channels, done with Rust's: PEER is std or crossbeam, or either with -values
//!
//! The rows are those of odeon-bench (chan.c and its neighbours), done in the same way: threads exist before the clock
//! starts and are released together, receivers receive until the channel ends, order and sum are checked, one run warms
//! up. Whoever starts this pins it to its cores; of those two threads have one each. What is sent is owned, a Box, as odeon's
//! messages are; with -values 8 bytes travel as the number itself. Prints one line of JSON.
//! Exit status 3: this peer has nothing of the sort.
use crossbeam_channel as cb;
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

const SENDER_SHIFT: u32 = 48;
const ROOM: usize = 1024;
const CORES_WORDS: usize = 16; // of 64 bits, as the kernel has them

trait Payload: Send + 'static {
    fn make(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Payload for u64 {
    fn make(number: u64) -> u64 {
        number
    }
    fn number(&self) -> u64 {
        *self
    }
}

impl Payload for Box<u64> {
    fn make(number: u64) -> Self {
        Box::new(number)
    }
    fn number(&self) -> u64 {
        **self
    }
}

impl Payload for Box<[u64; 8]> {
    fn make(number: u64) -> Self {
        Box::new([number, 0, 0, 0, 0, 0, 0, 0])
    }
    fn number(&self) -> u64 {
        self[0] + self[7]
    }
}

trait Tx<T>: Send + 'static {
    fn put(&self, value: T);
}
trait Rx<T>: Send + 'static {
    fn get(&self) -> Option<T>;
}

impl<T: Send + 'static> Tx<T> for mpsc::Sender<T> {
    fn put(&self, value: T) {
        self.send(value).ok().expect("disconnected");
    }
}
impl<T: Send + 'static> Tx<T> for mpsc::SyncSender<T> {
    fn put(&self, value: T) {
        self.send(value).ok().expect("disconnected");
    }
}
impl<T: Send + 'static> Rx<T> for mpsc::Receiver<T> {
    fn get(&self) -> Option<T> {
        self.recv().ok()
    }
}
impl<T: Send + 'static> Tx<T> for cb::Sender<T> {
    fn put(&self, value: T) {
        self.send(value).ok().expect("disconnected");
    }
}
impl<T: Send + 'static> Rx<T> for cb::Receiver<T> {
    fn get(&self) -> Option<T> {
        self.recv().ok()
    }
}

// ---- order and sum -------------------------------------------------------------------------------------------------

struct Tally {
    last: [u64; 100],
    got: u64,
    sum: u64,
}

impl Tally {
    fn new() -> Tally {
        Tally { last: [0; 100], got: 0, sum: 0 }
    }

    #[inline(always)]
    fn count(&mut self, number: u64) {
        let sender = (number >> SENDER_SHIFT) as usize;
        let place = number & ((1 << SENDER_SHIFT) - 1);
        assert!(place > self.last[sender], "out of order");
        self.last[sender] = place;
        self.got += 1;
        self.sum += place;
    }
}

fn sum_to(count: u64) -> u64 {
    count * (count + 1) / 2
}

// ---- threads that start together -----------------------------------------------------------------------------------

type Work = Box<dyn FnOnce() -> (u64, u64) + Send>;

extern "C" {
    fn sched_getaffinity(thread: i32, bytes: usize, cores: *mut u64) -> i32;
    fn sched_setaffinity(thread: i32, bytes: usize, cores: *const u64) -> i32;
}

/// Keeps the calling thread on one of the cores that it may use.
fn pin(place: usize) {
    let mut may = [0u64; CORES_WORDS];
    let mut chosen = [0u64; CORES_WORDS];
    let bytes = std::mem::size_of_val(&may);
    // Safe: both sets have as many bytes as they say, and the kernel does not go beyond.
    assert!(unsafe { sched_getaffinity(0, bytes, may.as_mut_ptr()) } >= 0);
    let cores: Vec<usize> = (0..64 * CORES_WORDS).filter(|core| may[core / 64] >> (core % 64) & 1 == 1).collect();
    let core = cores[place % cores.len()];
    chosen[core / 64] = 1 << (core % 64);
    assert!(unsafe { sched_setaffinity(0, bytes, chosen.as_ptr()) } == 0);
}

/// Does the work of all at once; answers seconds, and how many messages came and their sum.
fn crew(works: Vec<Work>) -> (f64, u64, u64) {
    let gate = Arc::new((Mutex::new((works.len(), false)), Condvar::new(), Condvar::new()));
    let are_two = works.len() == 2;
    let threads: Vec<_> = works
        .into_iter()
        .enumerate()
        .map(|(place, work)| {
            let gate = gate.clone();
            thread::spawn(move || {
                if are_two {
                    pin(place);
                }
                let (lock, arrived, opened) = &*gate;
                let mut state = lock.lock().unwrap();
                state.0 -= 1;
                if state.0 == 0 {
                    arrived.notify_one();
                }
                while !state.1 {
                    state = opened.wait(state).unwrap();
                }
                drop(state);
                let (got, sum) = work();
                (Instant::now(), got, sum)
            })
        })
        .collect();
    let (lock, arrived, opened) = &*gate;
    let mut state = lock.lock().unwrap();
    while state.0 > 0 {
        state = arrived.wait(state).unwrap();
    }
    state.1 = true;
    let began = Instant::now();
    opened.notify_all();
    drop(state);
    let mut all = (0.0f64, 0, 0);
    for one in threads {
        let (ended, got, sum) = one.join().unwrap();
        all = (all.0.max((ended - began).as_secs_f64()), all.1 + got, all.2 + sum);
    }
    all
}

fn checked(done: (f64, u64, u64), got: u64, sum: u64) -> f64 {
    assert!(done.1 == got && done.2 == sum, "{} messages came, and their sum is {}", done.1, done.2);
    done.0 * 1e9 / got as f64
}

// ---- rows ----------------------------------------------------------------------------------------------------

fn stream<T: Payload, S: Tx<T>, R: Rx<T>>(senders: Vec<S>, receivers: Vec<R>, count: u64) -> f64 {
    let many = senders.len() as u64;
    let each = count / many;
    let mut works: Vec<Work> = Vec::new();
    for rx in receivers {
        works.push(Box::new(move || {
            let mut tally = Tally::new();
            while let Some(value) = rx.get() {
                tally.count(value.number());
            }
            (tally.got, tally.sum)
        }));
    }
    for (who, tx) in senders.into_iter().enumerate() {
        works.push(Box::new(move || {
            for place in 1..=each {
                tx.put(T::make((who as u64) << SENDER_SHIFT | place));
            }
            (0, 0)
        }));
    }
    checked(crew(works), each * many, many * sum_to(each))
}

/// The original goes to the first, clones to the others.
fn halves<H: Clone>(half: H, count: usize) -> Vec<H> {
    let mut all: Vec<H> = (1..count).map(|_| half.clone()).collect();
    all.insert(0, half);
    all
}

fn room(kind: &str) -> Option<usize> {
    match kind {
        "unbounded" => None,
        "bounded" => Some(ROOM),
        "rendezvous" => Some(0),
        _ => nothing(),
    }
}

fn crossbeam_open<T>(kind: &str) -> (cb::Sender<T>, cb::Receiver<T>) {
    match room(kind) {
        None => cb::unbounded(),
        Some(n) => cb::bounded(n),
    }
}

fn stream_row<T: Payload>(peer: &str, kind: &str, senders: usize, receivers: usize, count: u64) -> f64 {
    if peer == "crossbeam" {
        let (tx, rx) = crossbeam_open::<T>(kind);
        return stream(halves(tx, senders), halves(rx, receivers), count);
    }
    if receivers > 1 {
        nothing();
    }
    match room(kind) {
        None => {
            let (tx, rx) = mpsc::channel::<T>();
            stream(halves(tx, senders), vec![rx], count)
        }
        Some(n) => {
            let (tx, rx) = mpsc::sync_channel::<T>(n);
            stream(halves(tx, senders), vec![rx], count)
        }
    }
}

fn oneshot<T: Payload, S: Tx<T>, R: Rx<T>, C: Tx<R>, D: Rx<R>>(
    open: fn() -> (S, R),
    carry: C,
    carried: D,
    count: u64,
) -> f64 {
    let receive = move || {
        let mut tally = Tally::new();
        while let Some(rx) = carried.get() {
            tally.count(rx.get().expect("nothing sent").number());
        }
        (tally.got, tally.sum)
    };
    let send = move || {
        for place in 1..=count {
            let (tx, rx) = open();
            carry.put(rx);
            tx.put(T::make(place));
        }
        (0, 0)
    };
    checked(crew(vec![Box::new(receive), Box::new(send)]), count, sum_to(count))
}

fn oneshot_row<T: Payload>(peer: &str, count: u64) -> f64 {
    if peer == "crossbeam" {
        let (carry, carried) = cb::bounded(ROOM);
        return oneshot::<T, _, _, _, _>(|| cb::bounded(1), carry, carried, count);
    }
    let (carry, carried) = mpsc::sync_channel(ROOM);
    oneshot::<T, _, _, _, _>(|| mpsc::sync_channel(1), carry, carried, count)
}

fn ping<S: Tx<u64>, R: Rx<u64>>(open: &dyn Fn() -> (S, R), count: u64) -> f64 {
    let (ping_tx, pong_rx) = open();
    let (pong_tx, ping_rx) = open();
    let rounds = count / 2;
    let pong = move || {
        for i in 0..rounds {
            let number = pong_rx.get().expect("disconnected");
            assert!(number == 2 * i);
            pong_tx.put(number + 1);
        }
        (0, 0)
    };
    let ping = move || {
        ping_tx.put(0);
        for i in 0..rounds {
            let number = ping_rx.get().expect("disconnected");
            assert!(number == 2 * i + 1);
            if i + 1 < rounds {
                ping_tx.put(number + 1);
            }
        }
        (2 * rounds, 0)
    };
    checked(crew(vec![Box::new(ping), Box::new(pong)]), 2 * rounds, 0)
}

fn ping_row(peer: &str, kind: &str, count: u64) -> f64 {
    match (peer, room(kind)) {
        ("crossbeam", _) => ping(&|| crossbeam_open::<u64>(kind), count),
        (_, None) => ping(&|| mpsc::channel::<u64>(), count),
        (_, Some(n)) => ping(&move || mpsc::sync_channel::<u64>(n), count),
    }
}

/// One round; a channel that ended is replaced by one that never happens. Answers whether one ended.
macro_rules! select_from {
    ($from:ident, $tally:ident, $($i:literal)*) => {{
        let (which, got) = cb::select! {
            $(recv($from[$i]) -> message => ($i, message),)*
        };
        match got {
            Ok(message) => {
                let number = Payload::number(&message);
                assert!(number >> SENDER_SHIFT == which as u64);
                $tally.count(number);
                false
            }
            Err(_) => {
                $from[which] = cb::never();
                true
            }
        }
    }};
}

fn select_row<T: Payload>(peer: &str, kind: &str, channels: usize, count: u64) -> f64 {
    if peer != "crossbeam" {
        nothing();
    }
    let each = count / channels as u64;
    let (to, mut from): (Vec<_>, Vec<_>) = (0..channels).map(|_| crossbeam_open::<T>(kind)).unzip();
    let receive = move || {
        let mut tally = Tally::new();
        let mut left = channels;
        while left > 0 {
            let has_ended = match channels {
                2 => select_from!(from, tally, 0 1),
                8 => select_from!(from, tally, 0 1 2 3 4 5 6 7),
                _ => nothing(),
            };
            left -= has_ended as usize;
        }
        (tally.got, tally.sum)
    };
    let send = move || {
        for place in 1..=each {
            for (which, tx) in to.iter().enumerate() {
                tx.put(T::make((which as u64) << SENDER_SHIFT | place));
            }
        }
        (0, 0)
    };
    checked(crew(vec![Box::new(receive), Box::new(send)]), each * channels as u64, channels as u64 * sum_to(each))
}

fn nothing() -> ! {
    std::process::exit(3)
}

fn row<T: Payload>(name: &[&str], peer: &str, count: u64) -> f64 {
    let number = |i: usize| name[i].parse::<usize>().expect("a number in the name");
    match name[1] {
        "oneshot" => oneshot_row::<T>(peer, count),
        "select" => select_row::<T>(peer, name[2], number(3), count),
        kind => stream_row::<T>(peer, kind, number(2), number(3), count),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 5 {
        eprintln!("usage: channels ROW CORES COUNT std|crossbeam|std-values|crossbeam-values");
        std::process::exit(2);
    }
    let name: Vec<&str> = arguments[1].split('-').collect();
    let count: u64 = arguments[3].parse().expect("a count");
    let (peer, by_value) = match arguments[4].strip_suffix("-values") {
        Some(peer) => (peer, true),
        None => (arguments[4].as_str(), false),
    };
    if by_value && name[name.len() - 1] != "8" {
        nothing();
    }
    let mut ns = 0.0;
    for _ in 0..2 {
        ns = match (name[1], name[name.len() - 1]) {
            ("ping", _) => ping_row(peer, name[2], count),
            (_, "8") if by_value => row::<u64>(&name, peer, count),
            (_, "8") => row::<Box<u64>>(&name, peer, count),
            _ => row::<Box<[u64; 8]>>(&name, peer, count),
        };
    }
    println!(
        "{{\"benchmark\":\"{}\",\"peer\":\"{}\",\"cores\":{},\"messages\":{},\"ns_per_message\":{:.2}}}",
        arguments[1], peer, arguments[2], count, ns
    );
}
