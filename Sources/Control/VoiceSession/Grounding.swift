/// The sources of an answer, when the model searched for it.
package struct Grounding: Sendable, Equatable {
    package var queries: [String]
    package var sources: [Source]
    package var supports: [Support] = []
    /// HTML that must be shown where answers are shown.
    package var searchEntryPoint: String?
    /// Pages that were read because the user named them, each with its status, such as
    /// `URL_RETRIEVAL_STATUS_SUCCESS`.
    package var pages: [Page] = []

    /// The queries that were made, and what they found.
    package init(queries: [String], sources: [Source]) {
        self.queries = queries
        self.sources = sources
    }

    /// A page that was used.
    package struct Source: Sendable, Equatable {
        package var uri: String
        package var title: String

        /// A page with its title.
        package init(uri: String, title: String) {
            self.uri = uri
            self.title = title
        }
    }

    /// Words of the answer, and the sources (indexes into `sources`) that support them.
    package struct Support: Sendable, Equatable {
        package var text: String
        package var sources: [Int]

        /// Words with their sources.
        package init(text: String, sources: [Int]) {
            self.text = text
            self.sources = sources
        }
    }

    /// See `pages`.
    package struct Page: Sendable, Equatable {
        package var url: String
        package var status: String

        /// A page with the status of its retrieval.
        package init(url: String, status: String) {
            self.url = url
            self.status = status
        }
    }
}
