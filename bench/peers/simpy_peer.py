"""The peer models in SimPy 3. Reads the input that input.ts writes; prints one line of JSON.

SimPy has queues, but nothing that is shared fairly: processor sharing and max-min fairness are written by hand, the way
one does it, with a clock of bytes served per flow, a heap of flows by the clock's reading at their end, and one timer.
"""

import itertools
import json
import math
import sys
import time
from heapq import heappop, heappush

import simpy

# SimPy's own priorities are 0 (urgent) and 1 (normal): what has this one happens at the end of its instant.
AFTER_ALL_ELSE = 2


class SharedDisk:
    """Processor sharing: all that are being read get the same share of the rate."""

    def __init__(self, env, bytes_per_sec):
        self.env = env
        self.bytes_per_sec = bytes_per_sec
        self.served = 0.0
        self.since = 0.0
        self.readers = []
        self.order = itertools.count()
        self.timer = None

    def read(self, size):
        """An event that happens when so many bytes have been read."""
        self.advance()
        done = self.env.event()
        heappush(self.readers, (self.served + size, next(self.order), done))
        self.arm()
        return done

    def advance(self):
        now = self.env.now
        if self.readers:
            self.served += (now - self.since) * self.bytes_per_sec / len(self.readers)
        self.since = now

    def arm(self):
        left = (self.readers[0][0] - self.served) * len(self.readers) / self.bytes_per_sec
        # SimPy cannot take a timer back: one that has been replaced goes off all the same, and is not heeded.
        self.timer = self.env.timeout(left if left > 0 else 0)
        self.timer.callbacks.append(self.on_timer)

    def on_timer(self, timer):
        if timer is not self.timer:
            return
        self.since = self.env.now
        # Its end to the digit: adding up what was served would miss it by a rounding error, and wait for that.
        self.served = self.readers[0][0]
        while self.readers and self.readers[0][0] <= self.served:
            heappop(self.readers)[2].succeed()
        if self.readers:
            self.arm()


class Network:
    """Max-min fair sharing of the nodes' cards and the repository, by progressive filling.

    Rates are found anew at most once an instant, and only where the number of a node's flows has changed.
    """

    def __init__(self, env, cards, bytes_per_sec):
        self.env = env
        self.cards = cards
        self.bytes_per_sec = bytes_per_sec
        count = len(cards)
        self.flows = [[] for _ in cards]
        self.counts = [0] * count
        self.rates = [0.0] * count
        self.served = [0.0] * count
        self.since = [0.0] * count
        self.due = [math.inf] * count
        self.touched = set()
        self.order = itertools.count()
        self.first = math.inf
        self.timer = None
        self.settling = False

    def send(self, node, size):
        """An event that happens when so many bytes of a node have arrived."""
        self.advance(node)
        done = self.env.event()
        heappush(self.flows[node], (self.served[node] + size, next(self.order), done))
        self.touch(node)
        return done

    def advance(self, node):
        now = self.env.now
        self.served[node] += (now - self.since[node]) * self.rates[node]
        self.since[node] = now

    def touch(self, node):
        self.touched.add(node)
        if self.settling:
            return
        self.settling = True
        settle = self.env.event()
        settle.callbacks.append(self.settle)
        settle._ok = True
        settle._value = None
        self.env.schedule(settle, AFTER_ALL_ELSE)

    def settle(self, _):
        self.settling = False
        flows = self.flows
        nodes = self.touched
        if any(len(flows[node]) != self.counts[node] for node in nodes):
            nodes = self.fill()
        now = self.env.now
        for node in nodes:
            if flows[node]:
                left = (flows[node][0][0] - self.served[node]) / self.rates[node]
                self.due[node] = now + left if left > 0 else now
            else:
                self.due[node] = math.inf
        self.touched = set()
        self.first = min(self.due)
        if self.first < math.inf:
            self.timer = self.env.timeout(self.first - now)
            self.timer.callbacks.append(self.on_timer)

    def fill(self):
        """Raises all rates together until something is full; returns the nodes whose rate or flows changed."""
        changed = set(self.touched)
        for node in self.touched:
            self.counts[node] = len(self.flows[node])
        sending = sorted((self.cards[node] / count, node) for node, count in enumerate(self.counts) if count)
        left = self.bytes_per_sec
        flows_left = sum(self.counts)
        for limit, node in sending:
            level = left / flows_left
            rate = limit if limit < level else level
            left -= rate * self.counts[node]
            flows_left -= self.counts[node]
            if rate != self.rates[node]:
                self.advance(node)
                self.rates[node] = rate
                changed.add(node)
        return changed

    def on_timer(self, timer):
        if timer is not self.timer:
            return
        now = self.env.now
        for node, due in enumerate(self.due):
            # Not compared with `now`, which may be off by a rounding error.
            if due > self.first:
                continue
            flows = self.flows[node]
            self.served[node] = flows[0][0]
            self.since[node] = now
            while flows and flows[0][0] <= self.served[node]:
                heappop(flows)[2].succeed()
            self.due[node] = math.inf
            self.touch(node)


def worker(env, node, tasks, disk, latency_sec, network):
    for sizes in tasks:
        for size in sizes:
            if disk and size > 0:
                yield disk.read(size)
            if latency_sec > 0:
                yield env.timeout(latency_sec)
            if network and size > 0:
                yield network.send(node, size)


def read_input(path):
    with open(path, encoding='ascii') as lines:

        def expect(key):
            words = next(lines).split()
            if len(words) != 2 or words[0] != key:
                raise ValueError(f'input: expected {key}, not {words}')
            return words[1]

        if expect('peers') != '1':
            raise ValueError('input: not of version 1')
        workers = int(expect('workers'))
        latency_sec = float(expect('latency'))
        repository = float(expect('repository'))
        nodes = []
        for _ in range(int(expect('nodes'))):
            disk = float(expect('disk'))
            card = float(expect('card'))
            tasks = [[int(size) for size in next(lines).split()] for _ in range(int(expect('tasks')))]
            nodes.append((disk, card, tasks))
    return workers, latency_sec, repository, nodes


def main():
    began = time.perf_counter()
    workers, latency_sec, repository, nodes = read_input(sys.argv[1])
    env = simpy.Environment()
    cards = [card for _, card, _ in nodes]
    has_network = math.isfinite(repository) or any(math.isfinite(card) for card in cards)
    network = Network(env, cards, repository) if has_network else None
    processes = []
    for number, (bytes_per_sec, _, tasks) in enumerate(nodes):
        disk = SharedDisk(env, bytes_per_sec) if math.isfinite(bytes_per_sec) else None
        queue = iter(tasks)
        for _ in range(workers):
            processes.append(env.process(worker(env, number, queue, disk, latency_sec, network)))
    set_up = time.perf_counter()
    set_up_cpu = time.process_time()
    # Not until nothing is left: the last to go off may be timers that were replaced.
    env.run(env.all_of(processes))
    result = {
        'simulatedSec': env.now,
        'setUpSec': set_up - began,
        'runSec': time.perf_counter() - set_up,
        'cpuSec': time.process_time() - set_up_cpu,
        'version': simpy.__version__,
    }
    print(json.dumps(result))


main()
