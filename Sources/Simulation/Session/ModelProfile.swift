/// What one model allows and how it talks (live-protocol.md section 2.5).
package struct ModelProfile: Sendable, Equatable {
    /// Which thinking configuration is accepted.
    enum Thinking: Equatable { case none, budget, levels(Set<String>), any }
    /// Which proactivity settings are accepted.
    enum Proactivity: Equatable { case unsupported, alwaysOn, alphaOnly, any }
    /// Where the status of the interaction is reported.
    enum StatusPlace { case nowhere, everywhere }
    /// The format of call ids.
    enum CallStyle { case word, short, uuid }

    /// The model's name without the prefix.
    package var name: String
    var backends: [Access.Backend] = [.developer, .vertex]
    var modalities: Set<String> = ["AUDIO"]
    var thinking = Thinking.none
    var behaviors: Set<String> = ["BLOCKING", "NON_BLOCKING"]
    var blocksByDefault = false
    var allowsScheduling = true
    var proactivity = Proactivity.alwaysOn
    var allowsAffectiveDialog = false
    var allowsTranslation = false
    var allowsAvatar = false
    var allowsContextUpdate = false
    var allowsSearchWithFunctions = true
    /// Whether a message may carry several parts.
    var sendsSeveralParts = true
    /// Whether empty `serverContent` messages are sent in between.
    var sendsEmptyFrames = false
    /// Whether a thought comes before the sound, as text.
    var sendsThoughts = false
    var status = StatusPlace.nowhere
    var callStyle = CallStyle.short
    /// Whether handles are given at all.
    var isResumable = true
    /// Whether handles are given without a request.
    var givesHandlesUnasked = false

    /// Whether it only writes what it heard, without speaking.
    var writes: Bool { modalities == ["TEXT"] }

    /// The model with a name; an unknown model allows everything.
    package static func named(_ name: String) -> ModelProfile {
        known.first { $0.name == name } ?? lenient(name)
    }

    /// For models that only a scenario names.
    private static func lenient(_ name: String) -> ModelProfile {
        var profile = ModelProfile(name: name)
        profile.modalities = ["AUDIO", "TEXT"]
        profile.thinking = .any
        profile.proactivity = .any
        profile.allowsAffectiveDialog = true
        profile.allowsTranslation = true
        profile.allowsAvatar = true
        profile.allowsContextUpdate = true
        profile.sendsSeveralParts = false
        return profile
    }

    /// The models of November 2026.
    package static let known: [ModelProfile] = {
        var live = ModelProfile(name: "gemini-3.8-live")
        live.allowsContextUpdate = true
        var thinking = ModelProfile(name: "gemini-3.8-live-extended-thinking")
        thinking.thinking = .levels(["LOW", "MEDIUM", "HIGH"])
        thinking.behaviors = ["NON_BLOCKING"]
        thinking.allowsScheduling = false
        thinking.allowsContextUpdate = true
        thinking.status = .everywhere
        var flash = ModelProfile(name: "gemini-3.1-flash-live-preview")
        flash.backends = [.developer]
        flash.thinking = .levels(["MINIMAL", "LOW", "MEDIUM", "HIGH"])
        flash.behaviors = ["BLOCKING"]
        flash.blocksByDefault = true
        flash.allowsScheduling = false
        flash.proactivity = .unsupported
        flash.sendsEmptyFrames = true
        flash.givesHandlesUnasked = true
        var native = ModelProfile(name: "gemini-2.5-flash-native-audio-preview-12-2025")
        native.backends = [.developer]
        native.thinking = .budget
        native.blocksByDefault = true
        native.proactivity = .alphaOnly
        native.allowsAffectiveDialog = true
        native.allowsSearchWithFunctions = false
        native.sendsSeveralParts = false
        native.sendsThoughts = true
        native.callStyle = .word
        var cloud = native
        cloud.name = "gemini-live-2.5-flash-native-audio"
        cloud.backends = [.vertex]
        cloud.proactivity = .any
        cloud.callStyle = .uuid
        var transcribing = ModelProfile(name: "gemini-3.5-transcribe-live")
        transcribing.backends = [.developer]
        transcribing.modalities = ["TEXT"]
        transcribing.proactivity = .unsupported
        transcribing.behaviors = []
        transcribing.isResumable = false
        var translating = ModelProfile(name: "gemini-3.5-live-translate-preview")
        translating.backends = [.developer]
        translating.proactivity = .unsupported
        translating.behaviors = []
        translating.allowsTranslation = true
        return [live, thinking, flash, native, cloud, transcribing, translating]
    }()
}
