package import Tools

extension GPIOTool {
    /// One line of the configuration that the model may switch or read.
    package struct Line: Sendable {
        /// What a line is connected to.
        package enum Port: Sendable {
            /// Something that is switched, and whether it is on at rest: at the start, at the end,
            /// and around a pulse.
            case output(any OutputPort, restsOn: Bool)
            /// Something that is only read: a contact, a float switch.
            case input(any InputPort)
        }

        /// What a call asks of a line.
        package enum Action: String, Sendable, CaseIterable {
            case on, off, toggle, pulse, read
        }

        /// What the model calls it, such as "lamp".
        package var name: String
        /// What it is, for the model: "the lamp on the desk".
        package var description: String
        package var port: Port
        /// What may be done with it; an input can only be read.
        package var actions: Set<Action>
        /// The length of a pulse if the call gives none (milliseconds), as for a door opener.
        package var pulseMilliseconds: Int64
        /// Its risk, confirmation and rate; reading has no risk.
        package var terms: ToolTerms

        /// A line; an output has already been put to rest by the code that opened it.
        package init(
            name: String, description: String, port: Port, actions: Set<Action>,
            pulseMilliseconds: Int64, terms: ToolTerms
        ) {
            self.name = name
            self.description = description
            self.port = port
            self.actions = actions
            self.pulseMilliseconds = pulseMilliseconds
            self.terms = terms
        }
    }
}
