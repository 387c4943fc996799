package import Mosquitto
package import Tools
package import WireCodec

/// Publishes a message, and gives the model the result.
package struct MQTTTool: Tool {
    package let declaration: ToolDeclaration
    private let client: MQTTClient
    private let topic: MessageTemplate
    private let payload: MessageTemplate
    private let quality: MQTTMessage.Quality
    private let isRetained: Bool
    private let question: Question?

    private struct Question: Sendable {
        let topic: MessageTemplate
        let place: JSONPlace?
        let idPlace: JSONPlace?
    }

    /// How long to wait for a connection that is down: a broker that restarts is back by then.
    private static let patience = Duration.seconds(3)
    /// The tool gives up this much earlier than the runner, since it knows what it waited for.
    private static let margin = Duration.milliseconds(250)

    /// Checks the templates against the parameters, so that a fault is found at the start.
    ///
    /// `client` starts nothing before the first call.
    package init(
        declaration: ToolDeclaration, settings: MQTTToolSettings, client: MQTTClient
    ) throws(ToolDeclarationError) {
        self.declaration = declaration
        self.client = client
        quality = settings.quality
        isRetained = settings.isRetained
        let schema = declaration.schema
        do {
            if case .object(let members) = schema.kind, members[MessageTemplate.callID] != nil {
                throw MessageTemplateError.reserved
            }
            topic = try MessageTemplate(topic: settings.topic, isFilter: false, schema: schema)
            payload = try MessageTemplate(
                payload: settings.payload, format: settings.format, schema: schema)
            question = try Self.question(settings, schema)
            if question?.idPlace != nil, !payload.holdsCallID, !topic.holdsCallID {
                throw MessageTemplateError.idWithout
            }
        } catch let error as MessageTemplateError {
            throw .badTemplate(declaration.name, error.description)
        } catch {
            preconditionFailure("a template's error is its own")
        }
    }

    private static func question(
        _ settings: MQTTToolSettings, _ schema: Schema
    ) throws(MessageTemplateError) -> Question? {
        guard !settings.answerTopic.isEmpty else {
            if !settings.answer.isEmpty { throw .answerWithout("answer") }
            if !settings.answerID.isEmpty { throw .answerWithout("answer_id") }
            return nil
        }
        return Question(
            topic: try MessageTemplate(topic: settings.answerTopic, isFilter: true, schema: schema),
            place: try settings.answer.isEmpty ? nil : place(settings.answer),
            idPlace: try settings.answerID.isEmpty ? nil : place(settings.answerID))
    }

    private static func place(_ text: String) throws(MessageTemplateError) -> JSONPlace {
        guard let place = JSONPlace(text) else { throw .badPlace(text) }
        return place
    }

    /// Publishes, and waits for the broker's acknowledgement or for the answer.
    package func call(_ arguments: ToolArguments) async throws -> JSONValue {
        let id = Self.newID()
        let message = MQTTMessage(
            topic: try topic.fill(arguments, callID: id),
            try payload.fill(arguments, callID: id), quality: quality, isRetained: isRetained)
        let time = max(declaration.terms.deadline - Self.margin, declaration.terms.deadline / 2)
        do throws(MQTTError) {
            if let question {
                return try await ask(question, message, id, arguments, within: time)
            }
            let delivery = try await client.publish(
                message, patience: Self.patience, within: time)
            if delivery == .nobodyListens, !isRetained { throw .unanswered(topic: message.topic) }
            return ["sent": true, "topic": .string(message.topic)]
        } catch .cancelled {
            throw CancellationError()
        } catch {
            throw ToolFailure(Self.words(error))
        }
    }

    private func ask(
        _ question: Question, _ message: MQTTMessage, _ id: String, _ arguments: ToolArguments,
        within time: Duration
    ) async throws(MQTTError) -> JSONValue {
        let filter: String
        do {
            filter = try question.topic.fill(arguments, callID: id)
        } catch {
            throw .malformed(error.description)
        }
        let idPlace = question.idPlace
        let answer = try await client.ask(
            message, answerOn: filter, patience: Self.patience, within: time
        ) { answer in
            guard let idPlace else { return true }
            guard let value = try? JSONValue(parsing: answer.payload) else { return false }
            return idPlace.pick(from: value) == .string(id)
        }
        return Self.result(answer, question.place)
    }

    /// Twelve letters and digits: no other call has the same.
    private static func newID() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<12).map { _ in alphabet[.random(in: alphabet.indices)] })
    }

    // MARK: - Words for the model

    private static func result(_ answer: MQTTMessage, _ place: JSONPlace?) -> JSONValue {
        let value = try? JSONValue(parsing: answer.payload)
        if let place {
            guard let value else { return problem("is no JSON", answer) }
            return place.pick(from: value) ?? problem("has nothing at \"\(place.text)\"", answer)
        }
        if let value { return value }
        guard let text = String(validating: answer.payload, as: UTF8.self),
            !text.utf8.contains(0)
        else { return .string("the answer is \(answer.payload.count) bytes that are no text") }
        return .string(text.isEmpty ? "the answer is empty" : text)
    }

    /// The most that is quoted of an unexpected answer (characters).
    private static let excerptLimit = 300

    private static func problem(_ what: String, _ answer: MQTTMessage) -> JSONValue {
        [
            "problem": .string("it was sent, but the answer \(what)"),
            "answer": .string(String(answer.text.prefix(excerptLimit))),
        ]
    }

    private static func words(_ error: MQTTError) -> String {
        switch error {
        case .malformed, .unresolved, .unreachable, .untrusted, .refused, .hungUp, .forbidden,
            .tooLarge, .busy, .unavailable, .unanswered:
            "nothing was done: \(error)"
        case .lost, .takenOver, .unsteady, .timedOut: "\(error); whether it was done is not known"
        case .noAnswer: "it was sent, but \(error)"
        case .cancelled: "\(error)"
        }
    }
}
