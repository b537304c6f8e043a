#include "trainer/work_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "core/error.h"
#include "trainer/device_memory.h"

namespace mayfly {
namespace {

/// How soon a worker that waits sees that the run should stop.
constexpr std::chrono::milliseconds kGlance{100};

constexpr int kMostLossesAlone = 2;   // of one network
constexpr int kMostResetsInVain = 8;  // of a device

/// How long a network that another process has is left alone.
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};

/// The more networks there are to look at, the longer: a file system has many workers that wait.
WorkList::Time after_pause(int put_off, std::size_t networks) {
  const auto pause = kFirstPause * (1 << std::min(put_off, 10));
  const auto longest = std::max(kLongestPause, std::chrono::milliseconds(50 * static_cast<int>(networks)));
  return std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(pause, longest);
}

bool is_due(WorkList::Time not_before) {
  return not_before <= std::chrono::steady_clock::now();
}

std::size_t memory_of(const CampaignNetwork& network) {
  return static_cast<std::size_t>(network.device_memory);
}

/// 0 where others have even what CUDA itself needs.
std::size_t free_memory_of(const Device& device) {
  try {
    return device.free_memory();
  } catch (const OutOfDeviceMemory&) {
    return 0;
  }
}

/// What networks may count on when no other process is there: CUDA itself takes some.
std::size_t sure_memory(const Device& device) {
  const std::size_t total = device.total_memory();
  const std::size_t cuda = std::max(total / 10, std::size_t{1} << 30);
  return total - std::min(total, cuda);
}

}  // namespace

WorkList::WorkList(std::vector<CampaignNetwork> networks, CoreShare share,
                   std::vector<std::shared_ptr<Device>> devices, WorkShare first)
    : networks_(std::move(networks)), share_(share) {
  std::stable_sort(networks_.begin(), networks_.end(),
                   [](const auto& a, const auto& b) { return a.estimated_seconds > b.estimated_seconds; });
  const auto count = static_cast<std::size_t>(first.count);
  for (std::size_t part = 0; part < count; ++part)
    for (std::size_t i = (static_cast<std::size_t>(first.index) + part) % count; i < networks_.size();
         i += count)
      waiting_.push_back({.network = &networks_[i]});
  for (auto& device : devices) {
    places_.emplace_back();
    places_.back().device = std::move(device);
  }
}

std::optional<WorkList::Item> WorkList::take(std::size_t device, const StopCheck& stop) {
  std::unique_lock lock(mutex_);
  Place& place = places_[device];
  while (!place.ended && done_ < networks_.size() && !stop_requested(stop)) {
    if (must_reset(place)) {
      reset(place, lock);
      continue;
    }
    if (std::optional<Item> item = take_now(device)) return item;
    changed_.wait_for(lock, kGlance);
  }
  return std::nullopt;
}

std::optional<WorkList::Item> WorkList::take_now(std::size_t device) {
  Place& place = places_[device];
  if (place.lost || place.one_alone) return std::nullopt;
  try {
    return next_for(device);
  } catch (const DeviceError&) {  // found out when it was asked for its free memory
    place.lost = true;
    return std::nullopt;
  }
}

std::optional<WorkList::Item> WorkList::next_for(std::size_t device) {
  Place& place = places_[device];
  const std::size_t free = free_memory_of(*place.device);
  place.idle_free = place.running.empty() ? free : std::max(place.idle_free, free);
  if (std::optional<Item> item = next_waiting(device)) return item;
  if (!place.running.empty()) return std::nullopt;
  const bool others_wait = std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return !waiting.refused.contains(device) && is_due(waiting.not_before) &&
           memory_of(*waiting.network) <= place.idle_free;
  });
  if (others_wait) return std::nullopt;
  if (std::optional<Item> item = next_alone(device)) return item;
  return next_starved(device);
}

/// The first one that this device has the memory for. Where it lacks what networks of this run will leave,
/// those behind it wait with it, so that a large network is not put off for ever; where it lacks what other
/// processes have, they pass.
std::optional<WorkList::Item> WorkList::next_waiting(std::size_t device) {
  const Place& place = places_[device];
  for (auto waiting = waiting_.begin(); waiting != waiting_.end(); ++waiting) {
    if (!is_due(waiting->not_before)) continue;
    if (place.running.empty() && is_too_large(place, *waiting->network)) waiting->refused.insert(device);
    const bool refused = waiting->refused.contains(device);
    if (refused && !refused_by_all(*waiting)) continue;
    if (!refused && memory_of(*waiting->network) > place.idle_free) continue;
    if (!refused && !fits(place, *waiting->network)) return std::nullopt;
    const Item item{.network = waiting->network, .too_large = refused, .put_off = waiting->put_off};
    waiting_.erase(waiting);
    return begin(item, device);
  }
  return std::nullopt;
}

std::optional<WorkList::Item> WorkList::next_alone(std::size_t device) {
  Place& place = places_[device];
  std::deque<Item>& alone = place.alone;
  const auto due = std::find_if(alone.begin(), alone.end(), [&](const Item& item) {
    return is_due(item.not_before) &&
           (memory_of(*item.network) <= place.idle_free || is_too_large(place, *item.network));
  });
  if (due == alone.end()) return std::nullopt;
  const Item item = *due;
  alone.erase(due);
  return begin(item, device);
}

/// One that no device has the memory for while other processes have theirs: it is handed out to be put off,
/// and so that it is seen when another process has done it. One that waits to be alone here goes to a device
/// that has the memory.
std::optional<WorkList::Item> WorkList::next_starved(std::size_t device) {
  Place& place = places_[device];
  for (auto waiting = waiting_.begin(); waiting != waiting_.end(); ++waiting) {
    if (!is_due(waiting->not_before) || waiting->refused.contains(device)) continue;
    if (place_for(*waiting->network, waiting->refused) != places_.end())
      continue;  // its workers will take it
    const Item item{.network = waiting->network, .put_off = waiting->put_off};
    waiting_.erase(waiting);
    return begin_starved(item, device);
  }
  const auto due = std::find_if(place.alone.begin(), place.alone.end(),
                                [](const Item& item) { return is_due(item.not_before); });
  if (due == place.alone.end()) return std::nullopt;
  const Item item = *due;
  place.alone.erase(due);
  const auto other = place_for(*item.network, {});
  if (other == places_.end()) return begin_starved(item, device);
  other->alone.push_back(item);
  changed_.notify_all();
  return std::nullopt;
}

/// A device that has the memory, as far as it was asked: end of the list where there is none.
std::vector<WorkList::Place>::iterator WorkList::place_for(const CampaignNetwork& network,
                                                           const std::set<std::size_t>& refused) {
  for (std::size_t device = 0; device < places_.size(); ++device)
    if (!places_[device].ended && !refused.contains(device) &&
        memory_of(network) <= places_[device].idle_free)
      return places_.begin() + static_cast<std::ptrdiff_t>(device);
  return places_.end();
}

/// Networks that have just begun have not taken their memory yet, so estimates count as well as what the
/// device says.
bool WorkList::fits(const Place& place, const CampaignNetwork& network) const {
  std::size_t promised = 0;
  for (const CampaignNetwork* running : place.running) promised += memory_of(*running);
  const std::size_t room = place.idle_free - std::min(promised, place.idle_free);
  return memory_of(network) <= std::min(room, free_memory_of(*place.device));
}

/// Whether the device has not the memory even for this network alone. It must be idle.
bool WorkList::is_too_large(const Place& place, const CampaignNetwork& network) {
  return memory_of(network) > std::max(place.idle_free, sure_memory(*place.device));
}

bool WorkList::refused_by_all(const Waiting& waiting) const {
  for (std::size_t device = 0; device < places_.size(); ++device)
    if (!places_[device].ended && !waiting.refused.contains(device)) return false;
  return true;
}

WorkList::Item WorkList::begin(Item item, std::size_t device) {
  item.device = device;
  const auto sharing = std::min(networks_.size() - done_, static_cast<std::size_t>(share_.jobs));
  item.threads = std::max(1, share_.cores / static_cast<int>(sharing));
  Place& place = places_[device];
  place.running.push_back(item.network);
  place.one_alone = item.alone;
  place.starving = item.starved;
  return item;
}

WorkList::Item WorkList::begin_starved(Item item, std::size_t device) {
  const Place& place = places_[device];
  item.starved = true;
  item.first_starved = !place.starving;
  item.free_memory = place.idle_free;
  return begin(item, device);
}

/// The network no longer runs.
void WorkList::leave(const Item& item) {
  Place& place = places_[item.device];
  std::erase(place.running, item.network);
  place.one_alone = false;
  changed_.notify_all();
}

void WorkList::leave_to_be_alone(const Item& item) {
  leave(item);
  places_[item.device].alone.push_back(item);
  places_[item.device].alone.back().alone = true;
}

void WorkList::done(const Item& item) {
  const std::lock_guard lock(mutex_);
  places_[item.device].resets_in_vain = 0;
  leave(item);
  ++done_;
}

void WorkList::done_elsewhere(const Item& item) {
  const std::lock_guard lock(mutex_);
  leave(item);
  ++done_;
}

void WorkList::put_off(const Item& item) {
  const std::lock_guard lock(mutex_);
  Item later = item;
  later.starved = false;
  later.not_before = after_pause(later.put_off++, waiting_.size());
  if (item.alone) return leave_to_be_alone(later);
  leave(later);
  waiting_.push_back({.network = later.network, .put_off = later.put_off, .not_before = later.not_before});
}

bool WorkList::out_of_memory(const Item& item) {
  const std::lock_guard lock(mutex_);
  if (item.alone) {
    leave(item);
    ++done_;
  } else {
    leave_to_be_alone(item);
  }
  return !item.alone;
}

bool WorkList::device_lost(const Item& item) {
  const std::lock_guard lock(mutex_);
  Item next = item;
  if (item.alone) ++next.lost_alone;
  const bool again = next.lost_alone < kMostLossesAlone;
  places_[item.device].lost = true;
  if (again) {
    leave_to_be_alone(next);
  } else {
    leave(next);
    ++done_;
  }
  return again;
}

void WorkList::reset(Place& place, std::unique_lock<std::mutex>& lock) {
  place.resetting = true;
  lock.unlock();
  std::optional<std::string> failure;
  try {
    place.device->reset();
    place.device->free_memory();        // says whether the device answers
  } catch (const OutOfDeviceMemory&) {  // it answers; take() waits for what others have
  } catch (const std::exception& error) {
    failure = error.what();
  }
  lock.lock();
  place.resetting = false;
  place.lost = false;
  ++place.resets;
  if (!failure && ++place.resets_in_vain > kMostResetsInVain)
    failure = fmt::format("lost and reset {} times, and no network got done in between", kMostResetsInVain);
  place.ended = failure;
  if (failure) hand_over(place);
  changed_.notify_all();
}

/// What a device that has ended leaves undone goes to the others.
void WorkList::hand_over(Place& place) {
  const auto other =
      std::find_if(places_.begin(), places_.end(), [](const Place& candidate) { return !candidate.ended; });
  if (other == places_.end()) return;
  other->alone.insert(other->alone.end(), place.alone.begin(), place.alone.end());
  place.alone.clear();
}

int WorkList::resets(std::size_t device) const {
  const std::lock_guard lock(mutex_);
  return places_[device].resets;
}

std::size_t WorkList::left() const {
  const std::lock_guard lock(mutex_);
  return networks_.size() - done_;
}

std::optional<std::string> WorkList::ended() const {
  const std::lock_guard lock(mutex_);
  std::optional<std::string> why;
  for (const Place& place : places_) {
    if (!place.ended) return std::nullopt;
    why = (why ? *why + "; " : "") + place.device->name() + ": " + *place.ended;
  }
  return why;
}

}  // namespace mayfly
