/// The way through set-up: which step comes, when all is written, and what is put right at the end.
///
/// ```
/// offering -> (asking -> stopping ->) performing -> offering … -> reviewing -> writing
///     |            |           |           |            |             |           |
///     +------------+-----------+-----------+------------+-------------+-----------+-> starting
///                                                                       -> trying -> over
/// ```
/// Pure: what happened goes in, what is to be done comes out. It writes once at most, and what it
/// has stopped it starts before it ends, on every way.
package struct SetupMachine: Sendable {
    /// What happened.
    package enum Event: Sendable, Equatable {
        /// Whether the daemon runs, and so holds the card and the lines.
        case begun(daemonRuns: Bool)
        /// What the user wants with the step that was offered, or with what was reviewed.
        case chosen(Choice)
        /// Whether the daemon may be stopped.
        case consented(Bool)
        /// What was to be done is done.
        case done
        /// It could not be done; the user has been informed, except of a writing that failed.
        case failed(String)
        /// A signal or the end of the input.
        case interrupted
    }

    /// What a user can want.
    package enum Choice: Sendable, CaseIterable {
        case perform, skip, back, quit
    }

    /// What is to be done.
    package enum Action: Sendable, Equatable {
        case offer(SetupStep)
        case askToStop
        case stopDaemon
        case perform(SetupStep)
        case review
        case write
        /// Start the daemon; anew, where it has something to read.
        case startDaemon
        case tryTurn
        case end(SetupEnding)
    }

    private enum State: Sendable, Equatable {
        case idle
        case offering(SetupStep)
        case asking(SetupStep)
        case stopping(SetupStep)
        case performing(SetupStep)
        case reviewing
        case writing
        case starting(SetupEnding)
        case trying
        case over(SetupEnding)
    }

    private var state = State.idle
    private let isInstalled: Bool
    private var daemonRuns = false
    /// Whether we have stopped the daemon, and owe its start.
    private var hasStopped = false

    /// A way that begins with the first step; `isInstalled`: there is a daemon to be started with
    /// what was written.
    package init(isInstalled: Bool) { self.isInstalled = isInstalled }

    /// Takes what happened; what does not belong to the state it is in changes nothing, and the
    /// action is given again.
    package mutating func take(_ event: Event) -> Action {
        if event == .interrupted { return interrupt() }
        switch (state, event) {
        case (.idle, .begun(let runs)):
            daemonRuns = runs
            return offer(.key)
        case (.offering(let step), .chosen(let choice)): return chosen(choice, at: step)
        case (.asking(let step), .consented(true)):
            state = .stopping(step)
        case (.asking(let step), .consented(false)): return pass(step)
        case (.stopping(let step), .done):
            (daemonRuns, hasStopped) = (false, true)
            state = .performing(step)
        // It may have stopped halfway; its start does no harm.
        case (.stopping(let step), .failed):
            hasStopped = true
            return pass(step)
        case (.performing(let step), .done): return pass(step)
        case (.performing(let step), .failed): return offer(step)
        case (.reviewing, .chosen(.perform)): state = .writing
        case (.reviewing, .chosen(.back)): return offer(.broker)
        case (.reviewing, .chosen(.skip)), (.reviewing, .chosen(.quit)): return finish(.declined)
        case (.writing, .done): return finish(.written)
        case (.writing, .failed(let reason)): return finish(.failed(reason))
        case (.starting(let ending), .done):
            hasStopped = false
            guard ending == .written else { return end(ending) }
            state = .trying
        case (.starting(let ending), .failed):
            hasStopped = false
            return end(ending)
        case (.trying, .done), (.trying, .failed): return end(.written)
        default: break
        }
        return action
    }

    /// What the state that it is in asks for.
    private var action: Action {
        switch state {
        case .idle: .offer(.key)
        case .offering(let step): .offer(step)
        case .asking: .askToStop
        case .stopping: .stopDaemon
        case .performing(let step): .perform(step)
        case .reviewing: .review
        case .writing: .write
        case .starting: .startDaemon
        case .trying: .tryTurn
        case .over(let ending): .end(ending)
        }
    }

    private mutating func chosen(_ choice: Choice, at step: SetupStep) -> Action {
        switch choice {
        case .perform where step.needsHardware && daemonRuns: state = .asking(step)
        case .perform: state = .performing(step)
        case .skip: return pass(step)
        case .back: return offer(step.previous ?? step)
        case .quit: return finish(.declined)
        }
        return action
    }

    private mutating func pass(_ step: SetupStep) -> Action {
        if let next = step.next { return offer(next) }
        state = .reviewing
        return action
    }

    private mutating func offer(_ step: SetupStep) -> Action {
        state = .offering(step)
        return action
    }

    private mutating func interrupt() -> Action {
        switch state {
        // What is written is written.
        case .trying: end(.written)
        case .starting, .over: action
        case .idle, .offering, .asking, .performing, .reviewing, .writing: finish(.interrupted)
        case .stopping: interruptStop()
        }
    }

    private mutating func interruptStop() -> Action {
        // Nobody knows how far it came.
        hasStopped = true
        return finish(.interrupted)
    }

    private mutating func finish(_ ending: SetupEnding) -> Action {
        guard hasStopped || ending == .written && isInstalled else { return end(ending) }
        state = .starting(ending)
        return action
    }

    private mutating func end(_ ending: SetupEnding) -> Action {
        state = .over(ending)
        return action
    }
}
