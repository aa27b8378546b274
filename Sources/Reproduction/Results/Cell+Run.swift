import Attacks
import Runs
package import Text

extension Cell {
  /// An attack, shown by its title; files say what `description` prints, in the columns of runs.
  package static func attack(title: String, description: String) -> Cell {
    .fields(
      title, zip(["attack", "attack_parameters"], RunConfiguration.Attack.columns(of: description)).map(Field.init))
  }

  /// A budget as it is written; files have the columns of runs.
  package static func epsilon(_ text: String) -> Cell {
    .fields(text, zip(["epsilon", "epsilon_text"], Budget.columns(of: text)).map(Field.init))
  }

  /// What the paper states, in percent.
  static func published(percent: Double?) -> Cell { percent.map { .stated(percent: $0) } ?? .none }
}
