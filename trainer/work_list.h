// The networks that are waiting, handed to the workers of one or several devices: longest first, as far as
// the device's memory allows. It also knows which networks run on which device, and so brings a lost device
// back once all of them have let go of it.
//
// A network that does not fit beside those that run on a device waits until one of them ends (or another
// device has room). One that no device has room for while other processes have its memory lets others pass,
// and is put off as below; it is looked at again when a device is idle. One that ran out of memory, or whose
// device was lost under it, is tried again alone on the same device, when no other network waits for that
// device.
//
// Where another process trains a network, it is put off: it comes back behind all others, and then again and
// again after longer and longer pauses, until it is done by somebody.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "trainer/progress.h"
#include "trainer/stop.h"

namespace mayfly {

/// Cores and how many networks may share them.
struct CoreShare {
  int cores = 1;
  int jobs = 1;  ///< in all, over the devices
};

/// Which part of the networks a process looks at first, so that processes on one folder seldom meet: of those
/// in the list's order every `count`th from the `index`th, then the next part, and so on. All are done by one
/// process where no other helps.
struct WorkShare {
  int index = 0;  ///< 0..count-1
  int count = 1;
};

/// May be used by several threads at once.
class WorkList {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `networks` in any order; those of equal estimates keep theirs.
  WorkList(std::vector<CampaignNetwork> networks, CoreShare share,
           std::vector<std::shared_ptr<Device>> devices, WorkShare first = {});

  struct Item {
    const CampaignNetwork* network = nullptr;  ///< lives as long as the list
    std::size_t device = 0;
    int threads = 1;
    bool alone = false;           ///< nothing else runs on the device until this one ends
    int lost_alone = 0;           ///< how often the device was lost while this one ran alone
    bool too_large = false;       ///< needs more memory than any device can give
    bool starved = false;         ///< other processes have the memory for it: it is only to be put off
    bool first_starved = false;   ///< since the device had something to do
    std::size_t free_memory = 0;  ///< of the device, where it starves
    int put_off = 0;              ///< how often it was
    Time not_before{};
  };

  /// The next network for a worker of `device`, which must hold no backend; waits while there may be one
  /// later. Empty where all networks are done, the device has ended, or `stop` says so. It gets cores /
  /// min(jobs, networks that are not done), at least 1: the last ones share what others have left.
  std::optional<Item> take(std::size_t device, const StopCheck& stop = {});

  /// A network that was taken is done, whatever became of it.
  void done(const Item& item);

  /// A network that was taken was done already, by another process.
  void done_elsewhere(const Item& item);

  /// Another process has it, or the memory for it.
  void put_off(const Item& item);

  /// It ran out of memory and has let go of its backend: it is tried again alone; false where it was alone,
  /// and then it is done.
  bool out_of_memory(const Item& item);

  /// Its device was lost and it has let go of its backend: it is tried again alone; false where it has lost
  /// the device alone twice, and then it is done. All that run on the device are expected to say so or to be
  /// done; then it is reset, once. Where that does not help, or does so again and again without any network
  /// getting done, the device has ended, and its networks go to the others.
  bool device_lost(const Item& item);

  /// How often the device was reset: what was found out about it before has to be found out again.
  int resets(std::size_t device) const;

  std::size_t left() const;  ///< networks that are not done

  /// Why no device is left; empty while one is.
  std::optional<std::string> ended() const;

 private:
  struct Waiting {
    const CampaignNetwork* network = nullptr;
    std::set<std::size_t> refused = {};  ///< devices that are too small
    int put_off = 0;
    Time not_before{};
  };
  struct Place {
    std::shared_ptr<Device> device;
    std::vector<const CampaignNetwork*> running;
    bool one_alone = false;  ///< what runs there runs alone
    bool starving = false;   ///< the last one that was handed out had not the memory
    /// Free memory when nothing ran there, or more that was seen since; before it was asked, all that there
    /// may be.
    std::size_t idle_free = std::numeric_limits<std::size_t>::max();
    bool lost = false;  ///< waits to be reset
    bool resetting = false;
    int resets = 0;
    int resets_in_vain = 0;            ///< since the last network was done
    std::optional<std::string> ended;  ///< why it cannot be used any more
    std::deque<Item> alone;            ///< to be tried again here
  };

  std::optional<Item> next_for(std::size_t device);
  std::optional<Item> next_waiting(std::size_t device);
  std::optional<Item> next_alone(std::size_t device);
  bool fits(const Place& place, const CampaignNetwork& network) const;
  std::optional<Item> next_starved(std::size_t device);
  std::vector<Place>::iterator place_for(const CampaignNetwork& network,
                                         const std::set<std::size_t>& refused);
  Item begin_starved(Item item, std::size_t device);
  static bool is_too_large(const Place& place, const CampaignNetwork& network);
  bool refused_by_all(const Waiting& waiting) const;
  std::optional<Item> take_now(std::size_t device);
  Item begin(Item item, std::size_t device);
  void leave(const Item& item);
  void leave_to_be_alone(const Item& item);
  void reset(Place& place, std::unique_lock<std::mutex>& lock);
  void hand_over(Place& place);
  bool must_reset(const Place& place) const {
    return place.lost && place.running.empty() && !place.resetting;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CampaignNetwork> networks_;
  CoreShare share_;
  std::deque<Waiting> waiting_;
  std::vector<Place> places_;
  std::size_t done_ = 0;
};

}  // namespace mayfly
