// Task<T>: a lazy coroutine that ends in an Outcome<T>, moved forward by a Loop.
//
//   auto database = co_await create_database(host, plan);             // or end with its failure
//   auto attempt  = co_await outcome_of(create_database(host, plan)); // keep the failure
//   auto answers  = co_await outcomes_of(std::move(uploads));         // several at once
//
// A plain co_await on a failed task ends the awaiting task with the same failure. Nothing is
// thrown: the failure walks up the awaiting tasks until one of them asked for the outcome.
//
// Nobody resumes anybody directly: a started, woken or ended task only joins the Loop's queue. So
// stacks stay flat, and the order of events is the same on every platform. Dropping a Task cancels
// it: its frame and everything it waits for are destroyed, and it leaves the queue by itself.
//
// Rules: coroutine parameters are values, except Host& and Journal&, which outlive every task. No
// capturing lambda is ever a coroutine (its captures would not live in the frame). Name a request
// first, then await its call.
#pragma once

#include <coroutine>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway {

class Loop;

// A suspended coroutine's place in the Loop. Every task's promise is one; whoever makes a task wait
// for the outside (the wall, a timer) keeps a pointer to it and calls wake() when it can go on.
class Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;
  ~Resumable() { leave(); }

  // Joins the queue of its loop; joining twice is harmless.
  void wake();

  Loop* loop = nullptr;
  std::coroutine_handle<> handle;

 private:
  friend class Loop;
  void leave() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

  Resumable* previous_ = nullptr;
  Resumable* next_ = nullptr;
};

// The queue of coroutines that can go on, in the order in which they became able to.
class Loop {
 public:
  Loop() { queue_.previous_ = queue_.next_ = &queue_; }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  // Whoever still stands in the queue outlives the loop's last turn, not the loop itself.
  ~Loop() {
    while (queue_.next_ != &queue_) queue_.next_->leave();
    queue_.previous_ = queue_.next_ = nullptr;
  }

  // Resumes the first coroutine of the queue. False when there was none.
  bool turn() {
    Resumable* first = queue_.next_;
    if (first == &queue_) return false;
    first->leave();
    first->handle.resume();
    return true;
  }

  void run() {
    while (turn()) {
    }
  }

 private:
  friend class Resumable;
  Resumable queue_;  // The sentinel of a circular list.
};

inline void Resumable::wake() {
  if (next_ != nullptr) return;
  Resumable& queue = loop->queue_;
  previous_ = queue.previous_;
  next_ = &queue;
  previous_->next_ = this;
  queue.previous_ = this;
}

namespace task_detail {

// What a task's failure means for the task that awaits it.
enum class OnFailure : uint8_t { end_parent, keep };

struct Promise : Resumable {
  Promise* awaiting = nullptr;  // The task that waits for this one.
  size_t awaited = 0;           // How many tasks this one still waits for.
  bool keeps_failure = false;   // True where the awaiting task asked for the outcome.
  std::optional<Failure> failure;

  struct Final {
    bool await_ready() noexcept { return false; }
    template <typename P>
    void await_suspend(std::coroutine_handle<P> ended) noexcept {
      ended.promise().end();
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() { std::abort(); }

  void end() {
    Promise* ended = this;
    while (ended->awaiting != nullptr && ended->failure && !ended->keeps_failure) {
      ended->awaiting->failure = std::move(*ended->failure);
      ended = ended->awaiting;
    }
    Promise* waiting = ended->awaiting;
    if (waiting != nullptr && waiting->awaited > 0 && --waiting->awaited == 0) waiting->wake();
  }
};

}  // namespace task_detail

template <typename T>
class [[nodiscard]] Task {
 public:
  using Value = T;
  struct promise_type : task_detail::Promise {
    std::optional<T> value;
    Task get_return_object() {
      auto made = std::coroutine_handle<promise_type>::from_promise(*this);
      handle = made;
      return Task(made);
    }
    void return_value(Outcome<T> outcome) {
      if (outcome.ok()) {
        value = std::move(outcome.value());
      } else {
        failure = outcome.failure();
      }
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  // Puts a task that nobody awaits on its way. Called once.
  void start(Loop& loop) {
    handle_.promise().loop = &loop;
    handle_.promise().wake();
  }
  bool ended() const { return handle_.promise().value || handle_.promise().failure; }
  // The outcome of an ended task; taken once.
  Outcome<T> take() {
    FAIRWAY_ASSERT(ended());
    auto& promise = handle_.promise();
    if (promise.failure) return std::move(*promise.failure);
    return std::move(*promise.value);
  }

  // Starts this task as one of the tasks that `parent` waits for.
  void start_under(task_detail::Promise& parent, task_detail::OnFailure on_failure) {
    auto& promise = handle_.promise();
    promise.loop = parent.loop;
    promise.awaiting = &parent;
    promise.keeps_failure = on_failure == task_detail::OnFailure::keep;
    ++parent.awaited;
    promise.wake();
  }

  struct ValueAwaiter {
    Task& task;
    bool await_ready() { return false; }
    template <typename P>
    void await_suspend(std::coroutine_handle<P> parent) {
      task.start_under(parent.promise(), task_detail::OnFailure::end_parent);
    }
    T await_resume() { return std::move(*task.handle_.promise().value); }
  };
  ValueAwaiter operator co_await() && { return {*this}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <typename T>
struct OutcomeAwaiter {
  Task<T> task;
  bool await_ready() { return false; }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> parent) {
    task.start_under(parent.promise(), task_detail::OnFailure::keep);
  }
  Outcome<T> await_resume() { return task.take(); }
};
template <typename T>
OutcomeAwaiter<T> outcome_of(Task<T> task) {
  return {std::move(task)};
}

template <typename T>
struct OutcomesAwaiter {
  std::vector<Task<T>> tasks;
  bool await_ready() { return tasks.empty(); }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> parent) {
    for (auto& task : tasks) task.start_under(parent.promise(), task_detail::OnFailure::keep);
  }
  std::vector<Outcome<T>> await_resume() {
    std::vector<Outcome<T>> outcomes;
    for (auto& task : tasks) outcomes.push_back(task.take());
    return outcomes;
  }
};
// All of them run at once; the outcomes come in the order of the tasks.
template <typename T>
OutcomesAwaiter<T> outcomes_of(std::vector<Task<T>> tasks) {
  return {std::move(tasks)};
}

template <typename T>
struct FirstAwaiter {
  Task<T> task;
  Task<Done> limit;
  bool await_ready() { return false; }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> parent) {
    task.start_under(parent.promise(), task_detail::OnFailure::keep);
    limit.start_under(parent.promise(), task_detail::OnFailure::keep);
    parent.promise().awaited = 1;  // either one is enough
  }
  std::optional<Outcome<T>> await_resume() {
    if (!task.ended()) return std::nullopt;
    return task.take();
  }
};
// Runs both until one has ended. The outcome of `task`, or nothing when `limit` came first: then
// `task` is dropped where it stands (as `limit` is otherwise).
template <typename T>
FirstAwaiter<T> first_of(Task<T> task, Task<Done> limit) {
  return {std::move(task), std::move(limit)};
}

// The base of awaiters that wait for the outside: remembers who waits.
//   struct Sleep : Waiting { void await_suspend(...) { suspend(handle); ... later: wake(); } }
class Waiting {
 public:
  bool await_ready() { return false; }
  template <typename P>
  void await_suspend(std::coroutine_handle<P> waiting) {
    waiting_ = &waiting.promise();
    suspended();
  }
  void wake() { waiting_->wake(); }

 protected:
  virtual void suspended() = 0;
  ~Waiting() = default;

 private:
  Resumable* waiting_ = nullptr;
};

}  // namespace fairway
