/// A message, sent or received.
package struct MQTTMessage: Sendable, Equatable {
    /// How surely a message arrives.
    package enum Quality: Int32, Sendable {
        /// At most once: nobody acknowledges it.
        case atMostOnce = 0
        /// At least once: the broker acknowledges it.
        case atLeastOnce = 1
    }

    package var topic: String
    package var payload: [UInt8]
    package var quality: Quality
    /// Whether the broker keeps it for later subscribers, or has kept it.
    package var isRetained: Bool

    /// A message.
    package init(
        topic: String, payload: [UInt8], quality: Quality = .atLeastOnce, isRetained: Bool = false
    ) {
        self.topic = topic
        self.payload = payload
        self.quality = quality
        self.isRetained = isRetained
    }

    /// A message of text.
    package init(
        topic: String, _ text: String, quality: Quality = .atLeastOnce, isRetained: Bool = false
    ) {
        self.init(
            topic: topic, payload: Array(text.utf8), quality: quality, isRetained: isRetained)
    }

    /// The payload as text; invalid UTF-8 becomes U+FFFD.
    package var text: String { String(decoding: payload, as: UTF8.self) }
}

/// What a client tells; on its own thread, in order, and never after `stop` has returned.
package enum MQTTEvent: Sendable, Equatable {
    /// The line stands, and what was subscribed to is being subscribed to again.
    case connected
    /// The line is lost, or an attempt failed; the next one comes by itself.
    case disconnected(MQTTError)
    /// A message under a topic that was subscribed to.
    case received(MQTTMessage)
    /// The broker does not allow what was subscribed to or posted, or it cannot be sent as it is.
    case forbidden(MQTTError)
    /// A message was longer than allowed (bytes) and not taken.
    case refused(topic: String, bytes: Int)
}
