// The peer models in SimGrid (S4U, 3.32). Reads the input that input.ts writes; prints one line of JSON.
//
// A node is a host with a disk and a card; its workers are actors that take tasks from the node's queue and carry their
// files, one after the other, through what the model has: the disk, a fixed latency, and the card and the repository.

#include <simgrid/s4u.hpp>
#include <simgrid/version.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace sg = simgrid::s4u;

struct Node {
  double disk_bytes_per_sec;
  double card_bytes_per_sec;
  std::vector<std::vector<uint64_t>> tasks;
  size_t taken = 0;
  sg::Disk* disk = nullptr;
  sg::Host* host = nullptr;
};

struct Input {
  int workers;
  double latency_sec;
  double repository_bytes_per_sec;
  std::vector<Node> nodes;
};

static std::string expect(std::istream& in, const std::string& key)
{
  std::string found;
  std::string value;
  if (!(in >> found >> value) || found != key)
    throw std::runtime_error("input: expected " + key + ", not " + found);
  return value;
}

// Not >>: that does not read "Infinity", which is what no limit is written as.
static double number(const std::string& text)
{
  return std::strtod(text.c_str(), nullptr);
}

static Input read_input(const char* file)
{
  std::ifstream in(file);
  if (expect(in, "peers") != "1")
    throw std::runtime_error("input: not of version 1");
  Input input;
  input.workers                  = std::stoi(expect(in, "workers"));
  input.latency_sec              = number(expect(in, "latency"));
  input.repository_bytes_per_sec = number(expect(in, "repository"));
  input.nodes.resize(std::stoul(expect(in, "nodes")));
  std::string line;
  for (Node& node : input.nodes) {
    node.disk_bytes_per_sec = number(expect(in, "disk"));
    node.card_bytes_per_sec = number(expect(in, "card"));
    node.tasks.resize(std::stoul(expect(in, "tasks")));
    std::getline(in, line);
    for (std::vector<uint64_t>& task : node.tasks) {
      std::getline(in, line);
      char* rest = line.data();
      for (char* end; *rest != '\0'; rest = end) {
        const uint64_t size = std::strtoull(rest, &end, 10);
        if (end == rest)
          throw std::runtime_error("input: a size is not a number");
        task.push_back(size);
      }
    }
  }
  return input;
}

static void configure()
{
  // Max-min fair sharing of links and nothing else. The default, LV08, is fitted to what TCP does on a real network: it
  // gives 97 % of the bandwidth to data, multiplies latencies by 13.01 and weighs flows by what their links are like.
  sg::Engine::set_config("network/model:CM02");
  // What LV08 differs by; they are CM02's defaults, named here because each alone would shift durations by percents.
  sg::Engine::set_config("network/bandwidth-factor:1");
  sg::Engine::set_config("network/latency-factor:1");
  sg::Engine::set_config("network/weight-S:0");
  // The window of TCP bounds a flow by window / (2 * latency). Our links have no latency (a request's is slept), so it
  // bounds nothing; 0 would mean the same, and this holds should someone add latency to a link.
  sg::Engine::set_config("network/TCP-gamma:0");
  // On by default also in CM02: each flow would take another 5 % of its way back, for acknowledgements.
  sg::Engine::set_config("network/crosstraffic:0");
  // Finds the next event by looking at all flows. The default, Lazy, keeps a heap instead, and is half as fast here: as
  // all flows share the repository, each event changes them all.
  sg::Engine::set_config("network/optim:Full");
  // Actors here need little stack; the default is 8 MiB each.
  sg::Engine::set_config("contexts/stack-size:64");
}

static void build_platform(Input& input)
{
  // A star: what a node sends goes over its card, then over the repository's link. Only the way there exists.
  sg::NetZone* zone    = sg::create_star_zone("cluster");
  sg::Host* repository = zone->create_host("repository", 1.0);
  const bool has_limit = std::isfinite(input.repository_bytes_per_sec);
  std::vector<sg::LinkInRoute> last;
  if (has_limit)
    last.emplace_back(zone->create_link("bandwidth", input.repository_bytes_per_sec)->seal());
  zone->add_route(nullptr, repository->get_netpoint(), nullptr, nullptr, last, false);
  for (size_t i = 0; i < input.nodes.size(); i++) {
    Node& node = input.nodes[i];
    node.host  = zone->create_host("node-" + std::to_string(i), 1.0);
    std::vector<sg::LinkInRoute> first;
    if (std::isfinite(node.card_bytes_per_sec))
      first.emplace_back(zone->create_link("card-" + std::to_string(i), node.card_bytes_per_sec)->seal());
    zone->add_route(node.host->get_netpoint(), nullptr, nullptr, nullptr, first, false);
    if (std::isfinite(node.disk_bytes_per_sec))
      node.disk = node.host->create_disk("disk", node.disk_bytes_per_sec, node.disk_bytes_per_sec)->seal();
    node.host->seal();
  }
  repository->seal();
  zone->seal();
}

static void work(Node& node, const Input& input, sg::Host* repository)
{
  // A network without any limit has no link to simulate, and takes no time.
  const bool has_network = std::isfinite(node.card_bytes_per_sec) || std::isfinite(input.repository_bytes_per_sec);
  // Actors take turns, so the queue needs no lock.
  while (node.taken < node.tasks.size()) {
    for (const uint64_t size : node.tasks[node.taken++]) {
      if (node.disk != nullptr && size > 0)
        node.disk->read(size);
      if (input.latency_sec > 0)
        sg::this_actor::sleep_for(input.latency_sec);
      // Straight from host to host: a mailbox and a receiving actor would cost time and change nothing.
      if (has_network && size > 0)
        sg::Comm::sendto(node.host, repository, size);
    }
  }
}

static double wall_sec()
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static double cpu_sec()
{
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

int main(int argc, char* argv[])
{
  sg::Engine engine(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s INPUT\n", argv[0]);
    return 2;
  }
  const double began = wall_sec();
  configure();
  Input input = read_input(argv[1]);
  build_platform(input);
  sg::Host* repository = engine.host_by_name("repository");
  for (Node& node : input.nodes)
    for (int w = 0; w < input.workers; w++)
      sg::Actor::create("worker", node.host, [&node, &input, repository] { work(node, input, repository); });
  const double set_up  = wall_sec();
  const double set_cpu = cpu_sec();
  engine.run();
  const double ended   = wall_sec();
  const double end_cpu = cpu_sec();
  int major;
  int minor;
  int patch;
  sg_version_get(&major, &minor, &patch);
  std::printf(
      "{\"simulatedSec\": %.9f, \"setUpSec\": %.6f, \"runSec\": %.6f, \"cpuSec\": %.6f, \"version\": \"%d.%d\"}\n",
      sg::Engine::get_clock(), set_up - began, ended - set_up, end_cpu - set_cpu, major, minor);
  return 0;
}
