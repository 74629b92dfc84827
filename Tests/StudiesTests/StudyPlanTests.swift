import Networks
import Studies
import Testing

@Suite struct StudyPlanTests {
  @Test("Experiments, then parameters with the last fastest, then seeds, then methods")
  func order() throws {
    let plan = try StudyFixture.plan(
      """
      {"name": "s", "nodeLimit": 7, "experiments": [
        {"family": "wishart", "parameters": {"alpha": [0.5, 0.25], "n": [20, 10]}, "seeds": "1-2",
         "methods": ["auto", "linear"], "nodeLimit": 9},
        {"family": "cycle", "methods": ["auto"]}]}
      """)
    #expect(plan.name == "s" && plan.jobs.count == 2 * 2 * 2 * 2 + 1)
    let keys = plan.jobs.map(\.key)
    #expect(keys[0] == "wishart alpha=0.5 n=20 scale=100 seed=1 by auto")
    #expect(keys[1] == "wishart alpha=0.5 n=20 scale=100 seed=1 by linear")
    #expect(keys[2] == "wishart alpha=0.5 n=20 scale=100 seed=2 by auto")
    #expect(keys[4] == "wishart alpha=0.25 n=20 scale=100 seed=1 by auto")
    #expect(keys[8] == "wishart alpha=0.5 n=10 scale=100 seed=1 by auto")
    #expect(plan.jobs[8].size == 10 && plan.jobs[8].sizeName == "n" && plan.jobs[8].nodeLimit == 9)
    let last = plan.jobs[16]
    #expect(last.seed == 0 && last.nodeLimit == 7 && last.memoryLimit == 4096 && last.timeLimit == nil)
    #expect(last.domain == nil && last.study == "s")
  }

  @Test("Numbers have one form, widths count their hidden units, networks have a domain")
  func values() throws {
    let plan = try StudyFixture.plan(
      """
      {"experiments": [{"family": "gaussian-network", "parameters": {"widths": "3-5-4-1"},
        "methods": ["auto", "autolip"], "seeds": [3, 12345678901234567], "domain": "box:-1:1"},
        {"family": "wishart", "parameters": {"alpha": ["1.0", 0.50]}, "size": "alpha", "methods": ["auto"]}]}
      """)
    #expect(plan.name == "study")
    #expect(plan.jobs[0].size == 9 && plan.jobs[0].domain == "box:-1:1")
    #expect(plan.jobs[2].seed == 12_345_678_901_234_567)
    #expect(plan.jobs[4].key.contains("alpha=1 ") && plan.jobs[4].size == 1)
    #expect(plan.jobs[5].key.contains("alpha=0.5 ") && plan.jobs[5].sizeName == "alpha")
  }

  @Test(
    "Every kind of mistake has its place and what would be right",
    arguments: [
      ("", "study.json:1: the file is empty"),
      ("{\n\"experiments\": [\n}", "study.json:3: "),
      ("[]", "study.json: a study is an array; give an object"),
      ("{}", "experiments: is missing; give a list"),
      (#"{"experiments": []}"#, "experiments: is an empty list"),
      (#"{"experiments": [1]}"#, "experiments[0]: an experiment is a number"),
      (#"{"experiments": [{}], "seed": 1}"#, #"there is no key "seed"; the keys are name,"#),
      (#"{"experiments": [{"methods": ["auto"]}]}"#, "experiments[0]: names no family"),
      (
        #"{"experiments": [{"family": "g06", "methods": ["auto"]}]}"#,
        "experiments[0].family: there is no family"
      ),
      (#"{"experiments": [{"family": "g05"}]}"#, "experiments[0].methods: is missing"),
      (
        #"{"experiments": [{"family": "g05", "methods": ["cells"]}]}"#,
        #"experiments[0].methods[0]: "cells" is no"#
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto", 3]}]}"#,
        "experiments[0].methods[1]: a number is no"
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "parameters": {"m": 1}}]}"#,
        #"experiments[0].parameters: there is no parameter "m"; the parameters are n"#
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "parameters": {"n": [9, -1]}}]}"#,
        #"experiments[0].parameters: n is "-1"; give an integer"#
      ),
      (
        #"{"experiments": [{"family": "regular", "methods": ["auto"], "parameters": {"n": 5, "d": 3}}]}"#,
        "experiments[0].parameters: "
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "parameters": {"n": []}}]}"#,
        "experiments[0].parameters.n: is an empty list"
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "parameters": {"n": [true]}}]}"#,
        "experiments[0].parameters.n[0]: is true or false"
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "seeds": -1}]}"#,
        "experiments[0].seeds: is not seeds"
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "seeds": [1, 0.5]}]}"#,
        "experiments[0].seeds[1]: is not seeds; give integers from 0"
      ),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "seeds": "9-0"}]}"#,
        "experiments[0].seeds: "
      ),
      (#"{"experiments": [{"family": "g05", "methods": ["auto"], "seeds": [1, 1]}]}"#, "is there twice"),
      (#"{"experiments": [{"family": "g05", "methods": ["auto"], "size": "m"}]}"#, "experiments[0].size: "),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "domain": "all"}]}"#,
        "experiments[0].domain: g05 makes"
      ),
      (
        #"{"experiments": [{"family": "gaussian-network", "methods": ["auto"], "domain": "box:1:0"}]}"#,
        "experiments[0].domain: "
      ),
      (#"{"timeLimit": 0, "experiments": [{}]}"#, "timeLimit: is not seconds above 0"),
      (#"{"timeLimit": 1e300, "experiments": [{}]}"#, "timeLimit: is not seconds above 0, at most 1e8"),
      (#"{"memoryLimit": 1, "experiments": [{}]}"#, "memoryLimit: is not an integer from 64"),
      (
        #"{"experiments": [{"family": "greedy-trap", "seeds": "0-9", "methods": ["auto"]}]}"#,
        "makes one instance whatever the seed"
      ),
      (
        #"{"experiments": [{"family": "gaussian-network", "domain": "box:0:1:", "methods": ["auto"]}]}"#,
        "is no domain of a study"
      ),
      (
        #"{"experiments": [{"family": "gaussian-network", "domain": "box:a:0:1", "methods": ["auto"]}]}"#,
        "is no domain of a study"
      ),
      (#"{"nodeLimit": 1.5, "experiments": [{}]}"#, "nodeLimit: is not an integer from 0"),
      (
        #"{"experiments": [{"family": "g05", "methods": ["auto"], "relativeGap": 1}]}"#,
        "experiments[0].relativeGap: "
      ),
    ])
  func mistakes(text: String, says: String) throws {
    try StudyFixture.withFolder { folder in
      do {
        _ = try StudyFixture.plan(text, in: folder)
        Issue.record("accepted \(text)")
      } catch let error as InputError {
        let line = error.description
        #expect(line.hasPrefix("\(folder)/study.json:"), "\(line)")
        #expect(line.contains(says), "\(line)")
      }
    }
  }

  @Test func missingFile() {
    #expect(throws: MissingFile.self) { try StudyPlan(file: "/nowhere/study.json") }
  }
}
